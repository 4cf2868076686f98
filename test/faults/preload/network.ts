import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { InnerPoint, Plan } from "../plan.ts";
import type { Moments } from "./moments.ts";

type Side = "page" | "delivery";

/** A request as undici's channels show it. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly body: unknown;
}

/** Tells of pages asked for and received and of deliveries sent and answered, by the diagnostics of undici and of node:http. */
export function watchNetwork({ feed, target }: Plan, { come }: Moments): void {
  // undici forgets a body once it is sent.
  const sides = new WeakMap<object, Side>();

  function on(channel: string, points: Partial<Record<Side, InnerPoint>>): void {
    subscribe(channel, (message) => {
      const { request } = message as { readonly request: object };
      const side = sides.get(request);
      const point = side && points[side];
      if (point !== undefined) come(point);
    });
  }

  const remember = (request: object, host: string, path: string, body: string): void => {
    if (host === feed && path.includes("/objects/")) sides.set(request, "page");
    // OpenCTI has one address for everything.
    if (host === target && (path !== "/graphql" || body.includes("PushBundle"))) sides.set(request, "delivery");
  };
  subscribe("undici:request:create", (message) => {
    const { request } = message as { readonly request: UndiciRequest };
    remember(
      request,
      new URL(request.origin).host,
      request.path,
      typeof request.body === "string" ? request.body : readable(request.body),
    );
  });
  subscribe("http.client.request.created", (message) => {
    const { request } = message as { readonly request: ClientRequest };
    remember(request, String(request.getHeader("host")), request.path, "");
  });
  on("undici:request:create", { page: "page-asked", delivery: "items-mapped" });
  on("undici:request:headers", { page: "page-head" });
  on("undici:request:trailers", { page: "page-received", delivery: "answered" });
  on("undici:request:bodySent", { delivery: "request-sent" });
  on("http.client.request.created", { delivery: "items-mapped" });
  on("http.client.request.start", { delivery: "request-sent" });
  on("http.client.response.finish", { delivery: "answered" });
}

const readable = (body: unknown): string => (body instanceof Uint8Array ? Buffer.from(body).toString() : "");
