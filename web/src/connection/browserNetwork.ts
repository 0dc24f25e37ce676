import type { Network } from "./network";

/** The real sockets, timers and clock of a browser. */
export const browserNetwork: Network = {
  open(address, events) {
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened();
    socket.onmessage = (event) => events.received(event.data);
    socket.onclose = () => events.closed();
    return {
      send: (data) => socket.send(data),
      close: (code) => socket.close(code),
      backlog: () => socket.bufferedAmount,
    };
  },
  now: () => performance.now() / 1000,
  after(seconds, action) {
    const timer = setTimeout(action, seconds * 1000);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
