import {
  clean,
  createHttpClient,
  defaultRetryPolicy,
  isTemporary,
  NetworkError,
  sendWithRetry,
  TargetError,
  type Host,
  type HttpResponse,
  type RetryPolicy,
} from "@socdefenders/shared";
import { z } from "zod";
import type { OpenctiConfig } from "../config.ts";
import type { Operation } from "./documents.ts";

/** The platform's GraphQL API. */
export interface Graphql {
  /** Resolves with the answer's data. Throws TargetError with advice where the platform refuses, cannot be reached or is none. */
  call<Data>(operation: Operation<Data>, variables: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Data>;
  close(): Promise<void>;
}

// What the platform's own client waits: a platform under load answers late, but it does answer.
const timeoutMs = 300_000;

export function createGraphql(config: OpenctiConfig, host: Host, retryPolicy: RetryPolicy = defaultRetryPolicy): Graphql {
  const http = createHttpClient({ ...host, ca: config.ca, unverified: !config.verifiesCertificate, timeoutMs });
  const url = new URL(`${config.url.pathname.replace(/\/+$/, "")}/graphql`, config.url);
  const custom = Object.entries(config.customHeaders).map(([name, value]) => [name, value.reveal()]);
  // Its own headers come last: no custom one takes their place.
  const headers = {
    ...(Object.fromEntries(custom) as Record<string, string>),
    authorization: `Bearer ${config.token.reveal()}`,
    "content-type": "application/json",
  };

  return {
    async call(operation, variables, signal) {
      const body = JSON.stringify({ operationName: operation.name, query: operation.text, variables });
      const policy = { ...retryPolicy, repeatUnknown: operation.repeatable };
      const response = await sendWithRetry(http, { method: "POST", url, headers, body, signal }, policy).catch((cause: unknown) => {
        if (!(cause instanceof NetworkError)) throw cause;
        throw new TargetError(`OpenCTI cannot be reached: ${cause.message}`, {
          remedy:
            cause.remedy ??
            "Check opencti.url, that the platform is up, and opencti.ca_file. What was not confirmed is sent again by the next run.",
          cause,
        });
      });
      return readAnswer(response, operation, `${url.href}: ${operation.name}`);
    },
    close: () => http.close(),
  };
}

/** Errors come as HTTP 200 with `errors`; their name stands at the top or, in other versions, among the extensions. */
function readAnswer<Data>({ status, text }: HttpResponse, operation: Operation<Data>, where: string): Data {
  const answer = parseAnswer(text);
  const problem = answer?.errors?.[0];
  if (problem !== undefined) {
    const name = problem.name ?? problem.extensions?.code ?? "error";
    const remedy = advice[name] ?? "Read the message; the platform's own log has the details. Run again once it is solved.";
    throw new TargetError(`${where}: ${clean(name, 100)}: ${clean(problem.message ?? "", 500)}`, { remedy });
  }
  if (status !== 200 || answer === undefined)
    throw new TargetError(`${where}: HTTP ${status}, no answer of OpenCTI`, { remedy: remedyForStatus(status) });
  const data = operation.data.safeParse(answer.data);
  if (data.success) return data.data;
  throw new TargetError(`${where}: unexpected answer: ${clean(z.prettifyError(data.error), 500)}`, {
    remedy: "Check the platform's version; 6.8 to 7 are known to work.",
  });
}

const advice: Readonly<Record<string, string>> = {
  AUTH_REQUIRED: "Check opencti.token: the platform does not know it, or its user is disabled.",
  UNAUTHENTICATED: "Check opencti.token: the platform does not know it, or its user is disabled.",
  FORBIDDEN_ACCESS: "Give the token's user the role Connector (capability CONNECTORAPI) and a group that may see the TLP markings.",
};

function remedyForStatus(status: number): string {
  if (status === 413) return "Raise APP__MAX_PAYLOAD_BODY_SIZE of the platform or of the proxy before it, or lower feed.page_size.";
  if (isTemporary(status)) return "The platform is busy or restarting; run again, the page is sent again.";
  return "Check opencti.url: it must be the platform's own address, with its base path where it has one.";
}

function parseAnswer(text: string): z.infer<typeof answerSchema> | undefined {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    // HTML of a proxy, or nothing: not an answer of GraphQL.
    return undefined;
  }
}

const errorSchema = z.object({
  message: z.string().nullish(),
  name: z.string().nullish(),
  extensions: z.object({ code: z.string().nullish() }).nullish(),
});

// A request that fails before it is executed is answered without data (GraphQL §7.1.2).
const answerSchema = z.object({ data: z.unknown().optional(), errors: z.array(errorSchema).nullish() });
