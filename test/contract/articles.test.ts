import {
  articleIdsOf,
  createArticleClient,
  openFeed,
  parseFeedConfig,
  silentLogger,
  type ArticleClient,
  type ExternalReference,
} from "@socdefenders/shared";
import {
  simulatedArticleIds,
  simulatedKeys,
  startFeed,
  withArticleLinks,
  type FeedOptions,
  type FeedRequest,
} from "@socdefenders/simulator";
import { describe, expect, onTestFinished, test } from "vitest";

const signal = new AbortController().signal;
const quick = { attempts: 2, baseMs: 1, maximumMs: 1, repeatUnknown: true };

interface Opened {
  readonly articles: ArticleClient;
  readonly seen: FeedRequest[];
  readonly pass: (ms: number) => void;
}

async function open(options: Partial<FeedOptions> = {}, settings: Record<string, unknown> = {}): Promise<Opened> {
  const seen: FeedRequest[] = [];
  const server = await startFeed({
    records: [],
    ...options,
    intercept: (request) => {
      seen.push(request);
      return options.intercept?.(request);
    },
  });
  onTestFinished(() => server.close());
  const config = parseFeedConfig({ endpoint: server.endpoint, api_key: simulatedKeys.pro, ...settings });
  const feed = openFeed(config, { log: silentLogger, userAgent: "test" }, quick);
  onTestFinished(() => feed.close());
  let time = 0;
  const articles = createArticleClient({ config, send: feed.send, clock: { now: () => time } });
  return { articles, seen, pass: (ms) => void (time += ms) };
}

describe.each(["wrapped", "flat"] as const)("%s", (body) => {
  test("an article is read whole", async () => {
    const { articles } = await open({ articles: { body } });
    expect(await articles.article(simulatedArticleIds.router, {}, signal)).toMatchObject({
      kind: "article",
      article: {
        id: simulatedArticleIds.router,
        title: expect.any(String),
        severity_label: "critical",
        cve_ids: ["CVE-2024-99901"],
        threat_actors: ["Paper Heron", "Quiet Tide"],
        mitre_techniques: [{ id: "T1078.001", name: "Default Accounts" }],
        iocs: [{ type: "sha256", value: "a".repeat(64) }],
      },
    });
  });

  test("only the members asked for", async () => {
    const { articles } = await open({ articles: { body } });
    const answer = await articles.article(simulatedArticleIds.router, { fields: ["title", "id"] }, signal);
    expect(answer.kind === "article" && Object.keys(answer.article).toSorted()).toEqual(["id", "title"]);
  });
});

test("the question goes out as the vendor documents it, and the key in a header only", async () => {
  const { articles, seen } = await open();
  const query = { expand: ["mitre"], fields: ["title", "mitre_techniques"], includeArchived: true } as const;
  const answer = await articles.article(simulatedArticleIds.loader.toUpperCase(), query, signal);
  expect(answer).toMatchObject({ kind: "article", article: { mitre_techniques: [{ id: "T1102.001" }] } });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    path: `/api/v1/articles/${simulatedArticleIds.loader}`,
    headers: { authorization: `Bearer ${simulatedKeys.pro}`, accept: "application/json" },
  });
  expect(Object.fromEntries(seen[0]!.query)).toEqual({
    expand: "mitre",
    fields: "mitre_techniques,title",
    include_archived: "true",
  });
});

test("Basic is TAXII's: the key of such a configuration goes as Bearer here", async () => {
  const { articles, seen } = await open({}, { auth: "basic", username: "analyst@example.com" });
  await articles.article(simulatedArticleIds.loader, {}, signal);
  expect(seen[0]?.headers.authorization).toBe(`Bearer ${simulatedKeys.pro}`);
});

test.each([
  ["archived", simulatedArticleIds.archived, 410, "article_archived", /--include-archived/],
  ["before_look_back", simulatedArticleIds.tooOld, 403, "lookback_exceeded", /plan/],
  ["not_found", simulatedArticleIds.missing, 404, "article_not_found", /id/],
] as const)("%s is a value with what to do", async (reason, id, status, code, remedy) => {
  const { articles, seen } = await open();
  const answer = await articles.article(id, {}, signal);
  expect(answer).toMatchObject({ kind: "unavailable", reason });
  const error = answer.kind === "unavailable" ? answer.error : undefined;
  expect(error).toMatchObject({ status, code, requestId: "req_simulated", remedy: expect.stringMatching(remedy) });
  expect(error?.message).toContain("req_simulated");
  expect(seen).toHaveLength(1);
});

test("an archived article is there for who asks for it", async () => {
  const { articles } = await open();
  const answer = await articles.article(simulatedArticleIds.archived, { includeArchived: true }, signal);
  expect(answer).toMatchObject({ kind: "article", article: { id: simulatedArticleIds.archived } });
});

test("a Free key reads articles, seven days back", async () => {
  const { articles } = await open({}, { api_key: simulatedKeys.free });
  expect((await articles.article(simulatedArticleIds.loader, {}, signal)).kind).toBe("article");
  expect(await articles.article(simulatedArticleIds.router, {}, signal)).toMatchObject({ reason: "before_look_back" });
});

test.each([
  ["an unknown key", 401, { error: { code: "invalid_api_key", message: "no" } }, /feed\.api_key/],
  ["a missing scope", 403, { error: { code: "insufficient_scope", message: "no" } }, /read:articles/],
  ["a refused parameter", 400, { error: { code: "invalid_parameter", message: "no" } }, /--fields/],
  ["too many requests", 429, { error: { code: "rate_limit_exceeded", message: "no" } }, /wait/i],
  ["a 404 of something else", 404, "<html>nothing here</html>", /feed\.endpoint/],
  ["a code that names a property", 403, { error: { code: "constructor", message: "no" } }, /plan/],
])("%s is an error with what to do", async (_, status, body, remedy) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { articles } = await open({ intercept: () => ({ status, headers: { "retry-after": "3600" }, body: text }) });
  await expect(articles.article(simulatedArticleIds.loader, {}, signal)).rejects.toMatchObject({
    name: "FeedError",
    exitCode: 3,
    status,
    remedy: expect.stringMatching(remedy),
  });
});

test.each([
  ["a page of a gateway", "<html>sign in</html>"],
  ["an error with status 200", '{"error":{"code":"maintenance"}}'],
  ["a list", "[]"],
  ["another article", JSON.stringify({ data: { id: simulatedArticleIds.router } })],
  ["depth without end", `{"data":${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
  ["more than fits", JSON.stringify({ data: { title: "x".repeat(17 * 1024 * 1024) } })],
])("%s is no article, and the error does not show the key", async (_, body) => {
  const { articles } = await open({ intercept: () => ({ status: 200, body: body.replace("sign in", simulatedKeys.pro) }) });
  const failure = await articles.article(simulatedArticleIds.loader, {}, signal).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: "FeedError", exitCode: 3 });
  expect((failure as Error).message).not.toContain("sk_live_");
});

test("nothing is asked where id or query are wrong", async () => {
  const { articles, seen } = await open();
  for (const [id, query] of [
    ["../../taxii2/", {}],
    [simulatedArticleIds.loader, { fields: [] }],
  ] as const) {
    await expect(articles.article(id, query, signal)).rejects.toMatchObject({ name: "ConfigurationError", exitCode: 2 });
  }
  expect(seen).toEqual([]);
});

test("the same question is asked once a minute, and once where many ask at a time", async () => {
  const { articles, seen, pass } = await open();
  const ask = (query = {}) => articles.article(simulatedArticleIds.loader, query, signal);
  await Promise.all(Array.from({ length: 20 }, () => ask()));
  pass(59_999);
  await ask();
  expect(seen).toHaveLength(1);
  await ask({ expand: ["iocs"] });
  expect(seen).toHaveLength(2);
  pass(1);
  await ask();
  expect(seen).toHaveLength(3);
});

test("that there is no article is remembered too, a failure is not", async () => {
  const missing = await open();
  for (let round = 0; round < 2; round += 1) await missing.articles.article(simulatedArticleIds.missing, {}, signal);
  expect(missing.seen).toHaveLength(1);
  const failing = await open({ intercept: ({ number }) => (number === 1 ? { status: 403, body: "" } : undefined) });
  await expect(failing.articles.article(simulatedArticleIds.loader, {}, signal)).rejects.toThrow("403");
  expect((await failing.articles.article(simulatedArticleIds.loader, {}, signal)).kind).toBe("article");
});

test("a redirect is followed to the feed itself and to nobody else", async () => {
  const seen: unknown[] = [];
  const thief = await startFeed({ records: [], intercept: ({ headers }) => (seen.push(headers), undefined) });
  onTestFinished(() => thief.close());
  const elsewhere = thief.url.replace("127.0.0.1", "localhost");
  const stolen = await open({
    intercept: () => ({ status: 302, headers: { location: `${elsewhere}/api/v1/articles/x` }, body: "" }),
  });
  await expect(stolen.articles.article(simulatedArticleIds.loader, {}, signal)).rejects.toMatchObject({
    name: "FeedError",
    message: expect.stringContaining("must not see the key"),
  });
  expect(seen).toEqual([]);
  const moved = await open({
    intercept: ({ number }) =>
      number === 1 ? { status: 308, headers: { location: `/api/v1/articles/${simulatedArticleIds.loader}` }, body: "" } : undefined,
  });
  expect((await moved.articles.article(simulatedArticleIds.loader, {}, signal)).kind).toBe("article");
});

test("the references of served indicators lead to articles", async () => {
  const server = await startFeed({
    records: withArticleLinks([{ date_added: "2026-05-01T00:00:00.000000Z", object: { type: "indicator", id: "indicator--1" } }]),
    container: "envelope",
  });
  onTestFinished(() => server.close());
  const headers = { accept: "application/taxii+json;version=2.1", authorization: `Bearer ${simulatedKeys.pro}` };
  const answer = await fetch(`${server.endpoint}api/collections/soc-defenders-all/objects/`, { headers });
  const { objects } = (await answer.json()) as { objects: { external_references: ExternalReference[] }[] };
  expect(articleIdsOf(objects[0]?.external_references)).toEqual([simulatedArticleIds.loader]);
});
