import type { ServerResponse } from "node:http";
import { sendJson } from "./server.ts";

/** A request to the vendor's own API beside TAXII. */
export interface VendorCall {
  readonly response: ServerResponse;
  readonly url: URL;
  /** The plan of the key; `none` without a key, `unknown` for one that nobody has. */
  readonly tier: "free" | "pro" | "none" | "unknown";
}

/** The vendor's error body. */
export function sendVendorError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  details: Record<string, unknown> = {},
): true {
  sendJson(response, status, { error: { code, message, details, request_id: "req_simulated" } });
  return true;
}

/** Whether a key was refused, with the answer sent. */
export function refuseUnknown({ response, tier }: VendorCall): boolean {
  if (tier === "none") return sendVendorError(response, 401, "missing_api_key", "API key required");
  return tier === "unknown" && sendVendorError(response, 401, "invalid_api_key", "Invalid API key");
}
