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
class NotedStorage extends AsyncLocalStorage {
  constructor(...args) {
    super(...args);
    note('AsyncLocalStorage');
  }
}
function notedHook(callbacks) {
  note('createHook');
  return createHook(callbacks);
}
// Defined, not assigned: from Node 22 on the class is a getter.
Object.defineProperties(async_hooks, {
  AsyncLocalStorage: { configurable: true, enumerable: true, value: NotedStorage },
  createHook: { configurable: true, enumerable: true, value: notedHook },
});
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
