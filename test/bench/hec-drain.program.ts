// An HTTP Event Collector that takes everything and keeps nothing, so that what is measured is the other side. Prints its port.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"text":"Success","code":0}');
  });
}).listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
