// Loaded before the server (node --require): holds it to loopback, says when it listens, ends it with its owner.
const { Server } = require('node:net');
const { listen } = Server.prototype;
Server.prototype.listen = function (port, ...rest) {
  if (!/^\d+$/.test(String(port))) return listen.call(this, port, ...rest);
  const server = listen.call(this, { port: Number(port), host: 'localhost' }, rest.find((x) => typeof x === 'function'));
  server.once('listening', () => process.stdout.write(`lifepod: listening on ${server.address().port} as ${process.pid}\n`));
  return server;
};
// Whoever started us holds the other end of standard input: when it closes, even by kill -9, we go too.
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();
