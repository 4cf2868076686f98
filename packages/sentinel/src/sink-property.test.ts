import fc from "fast-check";
import { expect, test } from "vitest";
import { fast, never, row, rows, useReceivers } from "./sink.test.setting.ts";

const { start, open } = useReceivers();

/** What makes one row unlike another for the sink: its length on the wire, and whether the service or the field limit refuses it. */
const kind = fc.record({
  text: fc.constantFrom("x", "é", "€", "😀", '"', "\u0007"),
  times: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) }, { weight: 1, arbitrary: fc.constant(12_000) }),
  refused: fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, fc.constantFrom(400, 413, "oversized" as const)),
});

function toRow(
  { text, times, refused }: { text: string; times: number; refused?: number | "oversized" | undefined },
  place: number,
) {
  const value = refused === "oversized" ? { ObservableValue: "v".repeat(70_000) } : {};
  return row(place + 1, { Description: text.repeat(times), Name: String(refused), ...value });
}

const poisoned = (sent: readonly { readonly Name?: unknown }[]) => sent.find(({ Name }) => Name === "400" || Name === "413");
const idsOf = (list: readonly { readonly IndicatorId?: unknown }[]) => list.map((each) => String(each.IndicatorId)).toSorted();

test("delivered and refused together are the rows, each once, in a number of requests that follows the refused", async () => {
  const receiver = await start({
    intercept: (_, sent) => {
      const bad = poisoned(sent);
      return bad === undefined ? undefined : { status: Number(bad.Name), code: "InvalidPayload" };
    },
  });
  const sink = open(receiver.url, {}, fast);
  // Something was taken before: a refused row is surely the row's fault.
  await sink.write(rows(1, { Name: "undefined" }), never);
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { minLength: 1, maxLength: 120 }), async (kinds) => {
      const before = { ...receiver.received() };
      const given = kinds.map(toRow);
      const refusals = await sink.write(given, never);
      const arrived = receiver.rows().slice(before.rows);
      const refused = refusals.map(({ item }) => item);
      expect(idsOf([...arrived, ...refused])).toEqual(idsOf(given));
      expect(idsOf(refused)).toEqual(idsOf(given.filter(({ Name }) => Name !== "undefined")));
      const bad = given.filter((each) => poisoned([each]) !== undefined).length;
      const chunks = Math.ceil(Buffer.byteLength(JSON.stringify(given)) / 800_000) + 1;
      const bound = chunks + 2 * bad * Math.ceil(Math.log2(given.length + 1));
      expect(receiver.received().calls - before.calls).toBeLessThanOrEqual(bound);
    }),
    { numRuns: 25 },
  );
}, 60_000);
