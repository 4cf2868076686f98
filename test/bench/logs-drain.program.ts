// A Logs Ingestion API that takes everything and keeps nothing. Parameter: folder with its key and certificate. Prints its port.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const [folder = ""] = process.argv.slice(2);
const tls = { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(join(folder, "cert.pem")) };
const server = createServer(tls, (request, response) => {
  request.resume().on("end", () => response.writeHead(204).end());
}).listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
