// Loaded before the server (node --require): holds it to loopback, says when it listens, ends it with its owner.
const { Server } = require('node:net');
const { listen } = Server.prototype;
const open = new Set();
Server.prototype.listen = function (port, ...rest) {
  if (!/^\d+$/.test(String(port))) return listen.call(this, port, ...rest);
  const server = listen.call(this, { port: Number(port), host: 'localhost' }, rest.find((x) => typeof x === 'function'));
  open.add(server);
  server.once('listening', () => process.stdout.write(`lifepod: listening on ${server.address().port} as ${process.pid}\n`));
  return server;
};
// Answers under way are finished, so that no file is cut short; whoever keeps a connection open longer is not waited for.
function leave() {
  const still = [...open].filter((server) => server.listening);
  if (still.length === 0) process.exit(0);
  for (const server of still) {
    server.close(() => process.exit(0));
    server.closeIdleConnections?.();
  }
  setTimeout(() => process.exit(0), 2000);
}
process.on('SIGTERM', leave);
// Whoever started us holds the other end of standard input: when it closes, even by kill -9, we go too.
process.stdin.on('end', leave).on('error', leave).resume();
