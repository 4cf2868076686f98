// What a function app talks to in Azure, on this machine: APIs that take everything and keep nothing, a managed identity and a storage
// account. Parameter: folder with key and certificate of the Logs Ingestion API. Prints the settings that lead there, as JSON.
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { startBlobStorage, startManagedIdentity } from "@socdefenders/simulator";

const [folder = ""] = process.argv.slice(2);
const [key, cert] = ["key.pem", "cert.pem"].map((name) => readFileSync(join(folder, name)));
const answerWith =
  (status: number): RequestListener =>
  (request, response) =>
    void request.resume().on("end", () => response.writeHead(status).end());

const [identity, storage, logs, upload] = await Promise.all([
  startManagedIdentity(),
  startBlobStorage(),
  portOf(createTlsServer({ key, cert }, answerWith(204))),
  portOf(createServer(answerWith(200))),
]);
process.once("SIGTERM", () => void storage.close().then(() => process.exit()));
console.log(
  JSON.stringify({
    ...identity.environment,
    NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
    LOGS_INGESTION_ENDPOINT: `https://127.0.0.1:${logs}`,
    DCR_IMMUTABLE_ID: "dcr-0123",
    SENTINEL_TI_ENDPOINT: `http://127.0.0.1:${upload}`,
    SENTINEL_WORKSPACE_ID: "11111111-2222-4333-8444-555555555555",
    AzureWebJobsStorage: storage.connectionString,
  }),
);

function portOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}
