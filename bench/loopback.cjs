// Required before Portkey's gateway, which listens on every address of the machine and has no option for another.
const { Server } = require("node:net");

const { listen } = Server.prototype;
Server.prototype.listen = function onLoopback(port, host, ...rest) {
  return listen.call(this, port, host ?? "127.0.0.1", ...rest);
};
