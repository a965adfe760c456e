// Loaded before a server (node --require): holds it to 127.0.0.1, says when it listens, ends it with its owner.
const { Server } = require('node:net');
const { listen } = Server.prototype;
Server.prototype.listen = function (first, ...rest) {
  const port = /^\d+$/.test(String(first)) ? first : first?.port;
  if (port === undefined) return listen.call(this, first, ...rest);
  const told = rest.find((x) => typeof x === 'function');
  const server = listen.call(this, { port: Number(port), host: '127.0.0.1' }, told);
  server.once('listening', () => process.stdout.write(`interop: listening on ${server.address().port} as ${process.pid}\n`));
  return server;
};
const leave = () => process.exit(0);
process.on('SIGTERM', leave);
// Whoever started us holds the other end of standard input: when it closes, even by kill -9, we go too.
process.stdin.on('end', leave).on('error', leave).resume();
