import { summarise } from "./measurement.ts";

/** What was done, how long it took and how much processor time, in milliseconds and microseconds. */
interface Timing {
  readonly count: number;
  readonly milliseconds: number;
  readonly processor: number;
}

/** Does two things in turn, so many times after two rounds that do not count, and prints their speeds and what share the first is. */
export async function printComparison(
  rounds: number,
  parse: () => number | Promise<number>,
  work: () => number | Promise<number>,
): Promise<void> {
  const warmUps = 2;
  const taken: { parsed: Timing; worked: Timing }[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) taken.push({ parsed: await time(parse), worked: await time(work) });
  const counted = taken.slice(warmUps);
  const results = {
    parsing: counted.map(({ parsed }) => speed(parsed)),
    working: counted.map(({ worked }) => speed(worked)),
    share: counted.map(({ parsed, worked }) => parsed.milliseconds / worked.milliseconds),
    // Microseconds an object are seconds a million.
    processorSeconds: counted.map(({ worked }) => worked.processor / worked.count),
    processorShare: counted.map(({ parsed, worked }) => parsed.processor / worked.processor),
  };
  console.log(JSON.stringify(Object.fromEntries(Object.entries(results).map(([name, values]) => [name, summarise(values)]))));
}

const speed = ({ count, milliseconds }: Timing): number => (count / milliseconds) * 1000;

async function time(work: () => number | Promise<number>): Promise<Timing> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const start = performance.now();
  const count = await work();
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { count, milliseconds, processor: user + system };
}
