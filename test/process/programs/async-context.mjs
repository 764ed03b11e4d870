// Says who creates an AsyncLocalStorage or an async hook from the import of the library until the application has ended.
import async_hooks from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

const created = [];
const { AsyncLocalStorage, createHook } = async_hooks;

/** The line of our own code that led to it, if any did. */
function note(what) {
  const { stack } = new Error(what);
  created.push(
    stack
      .split('\n')
      .find((line) => line.includes('/libs/'))
      ?.trim() ?? `${what} elsewhere`,
  );
}
async_hooks.AsyncLocalStorage = class extends AsyncLocalStorage {
  constructor(...args) {
    super(...args);
    note('AsyncLocalStorage');
  }
};
async_hooks.createHook = (callbacks) => {
  note('createHook');
  return createHook(callbacks);
};
syncBuiltinESMExports();

const { bindKafkaProducer, Emit } = await import('nestjs-kafka-producer');
const { startApplication } = await import('./application.mjs');

class Orders {
  async place(id) {
    return id;
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, 'place');
Emit('orders')(Orders.prototype, 'place', descriptor);
Object.defineProperty(Orders.prototype, 'place', descriptor);

const { app, producer } = await startApplication(process.argv.slice(2));
await bindKafkaProducer(new Orders(), producer).place('a');
await app.close();

const before = [...created];
const { AsyncLocalStorage: Imported } = await import('node:async_hooks');
new Imported();
console.log(JSON.stringify({ created: before, seesOne: created.length - before.length }));
