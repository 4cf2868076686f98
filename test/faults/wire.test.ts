import { faultTest } from "./fault-test.ts";
import type { FrontAnswer, FrontRequest } from "./front.ts";
import type { Traffic } from "./scene.ts";
import { makeRecords } from "./records.ts";
import { targetNames } from "./targets.ts";

// Waits are short, and time limits are reached soon.
const hasty = { pace: 200, impatience: 60 };
const passing = ["busy", "throttled"] as const;
const wireFaults = ["html", "reset", "lost", "hang", "half", "drip"] as const;

for (const target of targetNames) {
  for (const side of ["page", "delivery"] as const) {
    const failure = side === "page" ? 3 : 4;
    for (const fault of [...passing, ...wireFaults]) {
      const isPassing = fault === "busy" || fault === "throttled";
      for (const nth of fault === "drip" ? [2] : [1, 3]) {
        faultTest({ fault: `${side} ${fault}`, target, detail: `time ${nth}` }, async (scene) => {
          scene.traffic = { [side]: ({ number }: { number: number }) => (number === nth ? fault : undefined) };
          await scene.run({ plan: hasty, codes: isPassing ? [0] : [0, failure] });
          return scene.finish();
        });
      }
    }

    faultTest({ fault: `${side} storm of 429`, target }, async (scene, random) => {
      scene.traffic = { [side]: () => (random() < 0.6 ? "throttled" : undefined) };
      for (let run = 0; run < 3; run += 1) await scene.run({ plan: hasty, codes: [0, failure] });
      return scene.finish();
    });

    faultTest({ fault: `${side} answers with the key in it`, target }, async (scene) => {
      scene.traffic = { [side]: sayBack };
      await scene.run({ plan: hasty, codes: [failure] });
      return scene.finish();
    });
  }

  for (const [name, tamper] of Object.entries(tampered())) {
    for (const nth of [1, 2]) {
      faultTest({ fault: name, target, detail: `page ${nth}` }, async (scene) => {
        const page: Traffic["page"] = ({ number }) => (number >= nth && number < nth + 2 ? tamper : undefined);
        scene.traffic = { page };
        await scene.run({ plan: hasty, codes: [0, 3] });
        return scene.finish();
      });
    }
  }

  for (const next of ["none", "popped", "one-for-all"] as const) {
    faultTest({ fault: `cursors ${next}`, target, scene: { feed: { next, bundleWithMore: true } } }, async (scene) => {
      scene.traffic = { page: ({ number }) => (number === 2 ? "reset" : undefined) };
      await scene.run({ plan: hasty, codes: [0, 3] });
      return scene.finish();
    });
  }

  for (const reset of ["older-dates", "newer-dates"] as const) {
    const scene = { records: makeRecords(120, Date.UTC(2024, 4, 1)), feed: { reset, resetAtRequest: 7 } };
    faultTest({ fault: "collection rebuilt", target, detail: reset, scene }, async (scene) => {
      const codes: (number | null)[] = [];
      for (let run = 0; run < 3; run += 1) codes.push((await scene.run({ codes: [0, 2] })).code);
      // The same objects under older dates: nothing is missed, and nobody has to be asked.
      if (codes.includes(2) !== (reset === "newer-dates")) throw new Error(`the runs ended with ${codes.join()}`);
      scene.allowRepeats(2 * scene.records.length);
      return scene.finish({ flags: ["--accept-reset"] });
    });
  }
}

/** A refusal that repeats what it was sent, as gateways do that are being looked into. */
const sayBack = ({ credential: secret }: FrontRequest): FrontAnswer => ({
  status: 403,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify({ error: { code: secret, message: `no: ${secret}` }, message: secret, text: secret, code: 4 })),
});

type Page = { objects: unknown[]; more?: boolean; next?: string };

/** What a page may look like after a proxy, a cache or a server of another mind. */
function tampered(): Record<string, (answer: FrontAnswer) => FrontAnswer> {
  let before: FrontAnswer | undefined;
  const edit = (change: (page: Page) => Page) => (answer: FrontAnswer) => ({
    ...answer,
    body: Buffer.from(JSON.stringify(change(JSON.parse(answer.body.toString()) as Page))),
  });
  return {
    "objects of a page twice": edit((page) => ({ ...page, objects: [...page.objects, ...page.objects] })),
    "objects of a page in reverse": edit((page) => ({ ...page, objects: page.objects.toReversed() })),
    "a page once more": (answer) => (before ??= answer),
    "gzip cut short": (answer) => ({
      ...answer,
      headers: { ...answer.headers, "content-encoding": "gzip" },
      body: answer.body.subarray(0, 100),
    }),
    "JSON cut short": (answer) => ({ ...answer, body: answer.body.subarray(0, answer.body.length / 2) }),
    "empty page with more": edit((page) => ({ ...page, objects: [], more: true })),
  };
}
