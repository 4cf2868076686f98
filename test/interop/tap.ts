import { connect, createServer, type AddressInfo } from "node:net";

/** A way to a local port that counts what goes there, for doing something to the other side at a certain byte. */
export interface Tap {
  readonly port: number;
  close(): Promise<void>;
}

export async function openTap(port: number, bytes: number, onReached: () => void): Promise<Tap> {
  let passed = 0;
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    client.on("data", (chunk) => {
      if (passed < bytes && passed + chunk.length >= bytes) onReached();
      passed += chunk.length;
    });
    client.pipe(upstream).pipe(client);
    // Where one side breaks, so does the other.
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
