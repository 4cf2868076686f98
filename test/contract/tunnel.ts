import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Tunnel {
  /** Address to configure as proxy. */
  readonly url: string;
  /** `host:port` of every connection that was asked for. */
  readonly asked: readonly string[];
  /** Says where every connection goes. */
  leadTo(origin: string): void;
}

/** A proxy that leads every host name to one server on this machine: the way to real host names without DNS. Closed when the test ends. */
export async function startTunnel(): Promise<Tunnel> {
  let port = 0;
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((_, response) => response.writeHead(400).end());
  server.on("connect", (request, client: Socket) => {
    asked.push(request.url ?? "");
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, leadTo: (origin) => void (port = Number(new URL(origin).port)) };
}
