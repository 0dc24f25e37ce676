// Reads figures as osc-js does, the library of avatar programs in browsers.
//   node receive_vmc.mjs FOLDER PORT   writes each packet that comes as a line of JSON
// FOLDER holds node_modules with osc-js.
import { createSocket } from "node:dgram";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, port] = process.argv.slice(2);
const OSC = createRequire(resolve(folder, "package.json"))("osc-js");

const socket = createSocket("udp4");
socket.on("message", (data) => {
  const bundle = new OSC.Bundle();
  bundle.unpack(new DataView(data.buffer, data.byteOffset, data.byteLength));
  const read = ({ address, types, args }) => ({ address, types, args });
  console.log(JSON.stringify({ bytes: data.length, messages: bundle.bundleElements.map(read) }));
});
socket.bind(Number(port), "127.0.0.1");
