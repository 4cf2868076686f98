import type { RestError } from "@azure/core-rest-pipeline";
import type { AggregateLogsUploadError } from "@azure/monitor-ingestion";
import { clean, isTemporary, retryAfterMs, TargetError } from "@socdefenders/shared";
import { z } from "zod";

/** What a failed request means for the rows it carried. */
export type Verdict =
  /** The service does not take the rows as they are; which of them, it does not say. */
  | { readonly kind: "rows-refused"; readonly reason: string }
  | { readonly kind: "too-large" }
  /** Worth another try, after `waitMs` where the service said how long. */
  | { readonly kind: "temporary"; readonly waitMs: number | undefined; readonly error: TargetError }
  | { readonly kind: "failed"; readonly error: TargetError };

/** Reads what the client threw; an error that is neither the service's, the network's nor the identity's is thrown on. */
export function readFailure(thrown: unknown, where: string): Verdict {
  const cause = causeOf(thrown);
  if (!(cause instanceof Error)) throw thrown;
  if (cause.name === "TimeoutError")
    return { kind: "temporary", waitMs: undefined, error: failure(`${where}: no answer in time`, remedies.busy, cause) };
  if (identityErrors.has(cause.name))
    return { kind: "failed", error: failure(`no token for ${where}: ${clean(cause.message, 400)}`, remedies.identity, cause) };
  if (cause.name === "RestError") return readRestError(cause, where);
  throw cause;
}

// The message of AggregateLogsUploadError says nothing; what happened is in the cause of its only failure, as one chunk is sent a call.
function causeOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown.name !== "AggregateLogsUploadError") return thrown;
  return (thrown as AggregateLogsUploadError).errors[0]?.cause;
}

const identityErrors = new Set(["CredentialUnavailableError", "AuthenticationError", "AuthenticationRequiredError"]);

function readRestError(error: RestError, where: string): Verdict {
  const { statusCode: status } = error;
  if (status === undefined) return readNetworkError(error, where);
  const { code, message } = answerOf(error);
  if (status === 413 || code === "ReadyBody_ClientConnectionAbort") return { kind: "too-large" };
  const said = clean([code, message].filter((part) => part !== "").join(": "), 400);
  if (status === 400 && !/stream|version/i.test(code)) return { kind: "rows-refused", reason: `HTTP 400: ${said}` };
  const text = `${where}: HTTP ${status}${said === "" ? "" : `: ${said}`}`;
  if (isTemporary(status)) return { kind: "temporary", waitMs: askedWait(error), error: failure(text, remedies.busy, error) };
  return { kind: "failed", error: failure(text, remedyFor(status), error) };
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return remedies.role;
  return status === 400 || status === 404 ? remedies.rule : remedies.endpoint;
}

function readNetworkError(error: RestError, where: string): Verdict {
  const code = error.code ?? "";
  const text = `${where}: ${clean(error.message, 400)}`;
  if (/CERT|VERIFY|SELF_SIGNED|ALTNAME/.test(code)) return { kind: "failed", error: failure(text, remedies.certificate, error) };
  return { kind: "temporary", waitMs: undefined, error: failure(text, remedies.network, error) };
}

/** Code and text of `{"error":{"code","message"}}`; of a body that is something else, what the SDK made of it. */
function answerOf({ code, message, response }: RestError): { code: string; message: string } {
  try {
    return answerSchema.parse(JSON.parse(response?.bodyAsText ?? "")).error;
  } catch {
    // A proxy's page, or nothing: the status and the header are all there is.
    const header = response?.headers.get("x-ms-error-code");
    return { code: code ?? header ?? "", message: message.startsWith("Unexpected status code") ? "" : message };
  }
}

const answerSchema = z.object({ error: z.object({ code: z.string().default(""), message: z.string().default("") }) });

function askedWait({ response }: RestError): number | undefined {
  const milliseconds = response?.headers.get("retry-after-ms") ?? response?.headers.get("x-ms-retry-after-ms");
  if (milliseconds !== undefined && /^\d+$/.test(milliseconds)) return Number(milliseconds);
  return retryAfterMs(response?.headers.get("retry-after"), Date.now());
}

const failure = (message: string, remedy: string, cause: unknown): TargetError => new TargetError(message, { remedy, cause });

const remedies = {
  busy: "Azure Monitor is busy; run again, the page is sent again.",
  identity:
    "Switch on the managed identity of the host, or check sentinel.client_id (and tenant_id and client_secret of an application).",
  role: "Give the identity the role Monitoring Metrics Publisher on the data collection rule; a new assignment takes up to 30 minutes to spread. Check sentinel.cloud too.",
  rule: "Check sentinel.rule_id (the rule's immutable id, not its name) and sentinel.stream (declared in that rule, Custom-…).",
  endpoint: "Check sentinel.endpoint: the logs ingestion endpoint of the data collection rule or of its data collection endpoint.",
  network:
    "Check sentinel.endpoint and the way to it (DNS, proxy, firewall). What was not confirmed is sent again by the next run.",
  certificate: "Check sentinel.endpoint; where a proxy opens TLS, name its authority in sentinel.ca_file.",
} as const;
