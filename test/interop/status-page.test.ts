import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readRecords, sampleBytes, startFeed, startHec, type FeedRecord } from "@socdefenders/simulator";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { makeWorkplace, runCommand } from "../end-to-end/command.ts";
import { proKey } from "../end-to-end/splunk-run.ts";
import { startStatusPage } from "../end-to-end/status-page.ts";
import { startChromium } from "./chromium.ts";

let browser: Browser;
beforeAll(async () => void (browser = await startChromium()));
afterAll(() => browser.close());

const hostile = "<img src=x onerror=document.title='taken'><script>document.title='taken'</script>\u202edesrever\u0007";
const token = "status-page-token";
const environment = { environment: proKey };

/** Splunk's event collector as someone else would answer for it. */
async function startHostileHec(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(403).end(JSON.stringify({ text: hostile, code: 4 })));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function setting() {
  const unreadable = { date_added: "2026-05-01T12:00:00.000000Z", object: { indicator: "198.51.100.3" } };
  const sample = readRecords(sampleBytes());
  const served: FeedRecord[] = [...sample.slice(0, 150), unreadable];
  const feed = await startFeed({ records: served });
  onTestFinished(() => feed.close());
  const hec = await startHec({ token });
  onTestFinished(() => hec.close());
  const { config } =
    await makeWorkplace(`feed: { endpoint: "${feed.endpoint}", api_key: "\${API_KEY}", start: "1970-01-01T00:00:00Z" }
state_directory: "@STATE@"
splunk:
  - { name: east, endpoint: "${hec.url}", token: ${token} }
  - { name: west, endpoint: "${await startHostileHec()}", token: ${token} }
`);
  const more = sample.slice(150, 180).map(({ object }) => ({ date_added: new Date().toISOString(), object }));
  return { config, serveMore: () => void served.push(...more), run: () => runCommand(["run", config, "--once"], environment) };
}

/** A page of a context of its own; everything it complains of, and every address it asks, is written down. */
async function open(url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  await page.clock.install();
  await page.goto(url);
  return { page, complaints, asked };
}

const numberOf = (text: string | null | undefined): number => Number((text ?? "").replaceAll(",", ""));

/** What the bars of a target's plot stand for, added up. */
async function drawn(plots: Locator): Promise<Record<string, number>> {
  const steps = await plots.locator("figure").first().locator(".step").all();
  const sum = async (kind: string): Promise<number> => {
    const values = await Promise.all(steps.map((step) => step.getAttribute(`data-${kind}`)));
    return values.map(Number).reduce((total, value) => total + value, 0);
  };
  return { delivered: await sum("delivered"), skipped: await sum("skipped"), refused: await sum("refused") };
}

async function statusOf(config: string, url: string) {
  const told = JSON.parse((await runCommand(["status", config, "--json"], environment)).stdout) as {
    last_runs: { target: string; collection: string; position: string; delivered: number; error?: string; remedy: string }[];
    budget: { spent: number };
  };
  const { history } = (await (await fetch(`${url}status.json`)).json()) as {
    history: { target: string; delivered: number; skipped: number; refused: number }[];
  };
  return { ...told, history };
}

const refresh = (page: Page, check: () => Promise<void>) =>
  vi.waitFor(
    async () => {
      await page.clock.fastForward(10_000);
      await check();
    },
    { timeout: 15_000, interval: 200 },
  );

test("an operator sees what status says, plots of the history, and hostile text as text", async () => {
  const { config, serveMore, run } = await setting();
  expect((await run()).code).toBe(4);
  const { url } = await startStatusPage(config, proKey);
  const { page, complaints, asked } = await open(url);
  const { last_runs, history, budget } = await statusOf(config, url);

  expect(await page.title()).toBe("Something is wrong – SOC Defenders");
  const failed = last_runs.find(({ target }) => target === "west");
  expect(failed?.error).toContain("<img src=x");
  const verdict = await page.locator("#verdict").textContent();
  expect(verdict).toContain("west: POST http://127.0.0.1");
  expect(verdict).toContain("<img src=x onerror=document.title='taken'>");
  for (const character of ["\u202e", "\u0007"]) expect(verdict).not.toContain(character);
  expect(await page.locator("#remedy").textContent()).toContain(failed?.remedy.split("`")[0]);
  expect(await page.locator("main img, main script").count()).toBe(0);

  expect(await page.locator(".target h2 bdi").allTextContents()).toEqual(["east", "west"]);
  const rows = page.locator('[data-part="target-0"] tbody tr');
  const own = last_runs.filter(({ target }) => target === "east");
  expect(await rows.count()).toBe(own.length);
  for (const { collection, position, delivered } of own) {
    const cell = (head: string) => rows.filter({ hasText: collection }).locator(`[data-label="${head}"]`).textContent();
    expect(await cell("Position")).toBe(position);
    expect(numberOf(await cell("Delivered"))).toBe(delivered);
  }
  expect(await page.locator('[data-part="dead-letters"] tbody tr').count()).toBe(1);
  expect(await page.locator('[data-part="budget"] p').textContent()).toMatch(new RegExp(`^\\s*${Math.round(budget.spent)} spent`));

  const sum = (kind: "delivered" | "skipped" | "refused") =>
    history.filter(({ target }) => target === "east").reduce((total, entry) => total + entry[kind], 0);
  const plots = page.locator('[data-part="plots-0"]');
  expect(sum("delivered")).toBeGreaterThanOrEqual(150);
  expect(await drawn(plots)).toEqual({ delivered: sum("delivered"), skipped: sum("skipped"), refused: sum("refused") });
  expect(await plots.locator("rect.delivered").count()).toBe(1);
  expect(await plots.locator("circle.lag").count()).toBe(1);

  await plots.locator("summary").click();
  serveMore();
  await run();
  const after = (await statusOf(config, url)).history.filter(({ target }) => target === "east");
  const delivered = after.reduce((total, entry) => total + entry.delivered, 0);
  expect(delivered).toBeGreaterThan(sum("delivered"));
  await refresh(page, async () => expect((await drawn(plots))["delivered"]).toBe(delivered));
  expect(await plots.locator("details").getAttribute("open")).toBe("");
  expect(await page.locator("#connection").textContent()).toBe("");

  expect(complaints).toEqual([]);
  expect(asked.filter((address) => !address.startsWith(url) && !address.startsWith("data:"))).toEqual([]);
});

test("it fits a phone, in the light and in the dark, and text stands out from what is behind it", async () => {
  const { config, run } = await setting();
  await run();
  const { url } = await startStatusPage(config, proKey);
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, complaints } = await open(url, { colorScheme, viewport: { width: 360, height: 740 } });
    for (const { name, range } of [
      { name: "7 days", range: "7d" },
      { name: "30 days", range: "30d" },
      { name: "24 hours", range: "24h" },
    ]) {
      await page.getByRole("link", { name }).click();
      expect(await page.locator("nav [aria-current]").getAttribute("href")).toBe(`/?range=${range}`);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      expect(await page.evaluate(lowContrasts)).toEqual([]);
    }
    expect(complaints).toEqual([]);
  }
});

test("a page whose server is gone says since when what it shows is out of date", async () => {
  const { config } = await setting();
  const served = await startStatusPage(config, proKey);
  const { page } = await open(served.url);
  expect(await page.locator("#verdict").textContent()).toContain("no run has ended yet");
  await served.stop("SIGTERM");
  await refresh(page, async () =>
    expect(await page.locator("#connection").textContent()).toMatch(
      /^Out of date since \d\d:\d\d:\d\d UTC: .*status --serve again/,
    ),
  );
  expect(await page.locator("#verdict").textContent()).toContain("no run has ended yet");
});

/** Runs in the page: the texts whose contrast is below the 4.5 of WCAG 2.2, 1.4.3. */
const lowContrasts = `(() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3).map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    const colour = channels(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? behind(element.parentElement) : colour;
  };
  return [...document.querySelectorAll("body *")].flatMap((element) => {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (text === "" || ["SCRIPT", "TITLE", "NOSCRIPT"].includes(element.tagName.toUpperCase())) return [];
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(channels(element instanceof SVGElement ? style.fill : style.color)), luminance(behind(element))]
      .sort((left, right) => right - left);
    const contrast = (light + 0.05) / (dark + 0.05);
    return contrast < 4.5 ? [element.tagName + " " + text + " " + contrast.toFixed(2)] : [];
  });
})()`;
