import { createServer } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * A transport for `EmbeddedKafka.start` whose requests are under way for some time, as over a long line: each chunk arrives `delayMs` after it was sent, with as
 * many others under way as the client likes. A fault's delay would not do, because the broker serves nothing else of that connection meanwhile.
 *
 * @param {number} delayMs of a whole round trip: answers arrive at once
 * @returns {import('embedded-kafka').Transport}
 */
export function delayLine(delayMs) {
  return {
    listen: ({ host, port }, accept) =>
      new Promise((resolve, reject) => {
        const server = createServer({ noDelay: true }, (socket) =>
          accept({ stream: delayed(socket, delayMs), host: socket.remoteAddress ?? '' }),
        );
        server.once('error', reject);
        server.listen(port, host, () => {
          const close = () => new Promise((done) => void server.close(() => done()));
          resolve({ port: server.address().port, close });
        });
      }),
  };
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number} delayMs
 */
function delayed(socket, delayMs) {
  const line = new Duplex({
    read() {},
    write: (chunk, encoding, done) => void socket.write(chunk, encoding, done),
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  // Timers of one length fire in the order they were set.
  socket.on('data', (chunk) => setTimeout(() => line.push(chunk), delayMs));
  socket.on('end', () => setTimeout(() => line.push(null), delayMs));
  socket.on('error', () => line.destroy());
  socket.on('close', () => line.destroy());
  return line;
}
