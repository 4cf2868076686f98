/** What programs about memory print: how much came through, and the resident memory behind each 100 pages in MB. */
export interface MemorySamples {
  readonly count: number;
  readonly megabytes: readonly number[];
  /** The most that was resident until then, behind 10, 100 and 1,000 pages, in MB. */
  readonly peaks: readonly number[];
  readonly seconds: number;
}

const peakPages = [10, 100, 1000];

/** Does something page by page that says how much it did, and prints its memory meanwhile. */
export async function printMemory(work: (afterPage: () => void) => Promise<number>): Promise<void> {
  const megabytes: number[] = [];
  const peaks: number[] = [];
  let pages = 0;
  const start = performance.now();
  const count = await work(() => {
    pages += 1;
    if (pages % 100 === 0) megabytes.push(process.memoryUsage.rss() / 2 ** 20);
    if (peakPages.includes(pages)) peaks.push(process.resourceUsage().maxRSS / 1024);
  });
  const samples: MemorySamples = { count, megabytes, peaks, seconds: (performance.now() - start) / 1000 };
  console.log(JSON.stringify(samples));
}
