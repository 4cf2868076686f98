import { failure, htmlPage, type FeedAnswer, type FeedError, type Manner } from "./answer.ts";
import type { Behaviour } from "./behaviour.ts";
import { isTwin, twinOf } from "./host.ts";
import type { Scheduled } from "./schedule.ts";

/** Something that goes wrong, and at which requests. */
export interface Fault extends Scheduled {
  readonly kind: FaultKind;
}

interface FaultContext {
  readonly behaviour: Behaviour;
  /** The address as the client asked for it. */
  readonly url: URL;
  readonly isForObjects: boolean;
  /** What would have been answered. Called at most once: a cursor may be used up by it. */
  readonly proceed: () => FeedAnswer;
  /** What the same address was answered before, where it was asked for objects. */
  readonly cached: FeedAnswer | undefined;
}

export type FaultKind =
  | "bad-request"
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "teapot"
  | "too-many-requests"
  | "server-error"
  | "unavailable"
  | "html"
  | "html-error"
  | "cut-gzip"
  | "cut-body"
  | "drip"
  | "late"
  | "reset-before-head"
  | "reset-in-body"
  | "redirect-to-twin"
  | "redirect-to-stranger"
  | "redirect-loop"
  | "stale"
  | "empty-page"
  | "last-backwards"
  | "no-date-headers";

interface FaultDescription {
  readonly explanation: string;
  readonly answer: (context: FaultContext) => FeedAnswer;
}

/** Every fault by its name. The only list: the command's `--with` and its help are made from it. */
export const faultKinds: Readonly<Record<FaultKind, FaultDescription>> = {
  "bad-request": refusal("400", { status: 400, code: "invalid_request", message: "The request is not valid" }),
  unauthorized: refusal("401, as for a key that was taken away", {
    status: 401,
    code: "invalid_api_key",
    message: "Invalid API key",
  }),
  forbidden: refusal("403, as for a plan that ran out", {
    status: 403,
    code: "insufficient_scope",
    message: "This endpoint requires the read:stix scope",
    details: { required_scope: "read:stix", your_scopes: [] },
  }),
  "not-found": refusal("404", { status: 404, code: "not_found", message: "Not found" }),
  teapot: refusal("418, a status nobody expects", { status: 418, code: "teapot", message: "I'm a teapot" }),
  "too-many-requests": later(429, "rate_limit_exceeded"),
  "server-error": refusal("500", { status: 500, code: "internal_error", message: "Something went wrong" }),
  unavailable: later(503, "unavailable"),
  html: { explanation: "a page of a gateway, with status 200", answer: () => htmlPage(200) },
  "html-error": { explanation: "502 with a page of a gateway", answer: () => htmlPage(502) },
  "cut-gzip": travelling("cut-gzip", "a compressed answer that ends half-way"),
  "cut-body": travelling("cut-body", "the connection ends after half the promised bytes"),
  drip: travelling("drip", "the body comes 64 bytes at a time, slow-ms apart"),
  late: travelling("late", "the answer comes after slow-ms"),
  "reset-before-head": travelling("reset-before-head", "the connection is reset once the request is answered"),
  "reset-in-body": travelling("reset-in-body", "the connection is reset half-way through the body"),
  "redirect-to-twin": {
    explanation: "302 to the host's www twin (localhost and 127.0.0.1 are twins)",
    answer: ({ url, proceed }) => (isTwin(url.host) ? proceed() : redirect(`${twinOf(url)}${url.pathname}${url.search}`)),
  },
  "redirect-to-stranger": {
    explanation: "302 to foreign-origin",
    answer: ({ url, behaviour }) => redirect(`${behaviour.foreignOrigin}${url.pathname}${url.search}`),
  },
  "redirect-loop": { explanation: "302 to the same address", answer: ({ url }) => redirect(url.href) },
  stale: { explanation: "what the same address was answered before, from a cache with Age and old rate headers", answer: stale },
  "empty-page": {
    explanation: "an empty page that says more",
    answer: ({ isForObjects, proceed }) => (isForObjects ? { ...withoutDates(proceed()), body: '{"more":true}' } : proceed()),
  },
  "last-backwards": {
    explanation: "X-TAXII-Date-Added-Last is a day early",
    answer: ({ proceed }) => withHeader(proceed(), lastHeader, dayBefore),
  },
  "no-date-headers": { explanation: "a page without X-TAXII headers", answer: ({ proceed }) => withoutDates(proceed()) },
};

const firstHeader = "x-taxii-date-added-first";
const lastHeader = "x-taxii-date-added-last";

function refusal(explanation: string, error: FeedError): FaultDescription {
  return { explanation, answer: ({ behaviour }) => failure(behaviour, error) };
}

function later(status: number, code: string): FaultDescription {
  const answer = ({ behaviour }: FaultContext): FeedAnswer =>
    failure(behaviour, { status, code, message: "Try again later", headers: retryAfter(behaviour) });
  return { explanation: `${status}, with Retry-After as retry-after says`, answer };
}

function retryAfter({ retryAfter: form, retryAfterSeconds }: Behaviour): Record<string, string> {
  if (form === "none") return {};
  const date = new Date(Date.now() + retryAfterSeconds * 1000).toUTCString();
  return { "retry-after": form === "seconds" ? String(retryAfterSeconds) : date };
}

function travelling(manner: Manner, explanation: string): FaultDescription {
  return { explanation, answer: ({ proceed }) => ({ ...proceed(), manner }) };
}

const redirect = (location: string): FeedAnswer => ({ status: 302, headers: { location }, body: "" });

function stale({ cached, proceed }: FaultContext): FeedAnswer {
  const page = cached ?? proceed();
  return { ...page, headers: { ...page.headers, age: "170", "x-ratelimit-remaining": "0" } };
}

function withoutDates(answer: FeedAnswer): FeedAnswer {
  const headers = Object.entries(answer.headers ?? {}).filter(([name]) => name !== firstHeader && name !== lastHeader);
  return { ...answer, headers: Object.fromEntries(headers) };
}

function withHeader(answer: FeedAnswer, name: string, change: (value: string) => string): FeedAnswer {
  const value = answer.headers?.[name];
  return value === undefined ? answer : { ...answer, headers: { ...answer.headers, [name]: change(value) } };
}

const dayMs = 86_400_000;

const dayBefore = (time: string): string => `${new Date(Date.parse(time) - dayMs).toISOString().slice(0, -1)}000Z`;
