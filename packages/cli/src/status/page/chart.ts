import { inWords, wholeNumber } from "../words.ts";
import type { Bucket, Range } from "./buckets.ts";
import { html, type Html } from "./html.ts";
import { countScale, durationScale, type Scale } from "./scale.ts";

const plotHeight = { volume: 120, lag: 72 };
const labelHeight = 22;
/** Room above, for the label of the topmost line, and of a mark below the axis. */
const margin = 8;

/** Stacked bars of what was delivered, skipped and refused. Horizontal measures are shares, so that it is as wide as there is room. */
export function volumeChart(buckets: readonly Bucket[], range: Range, label: string): Html {
  const scale = countScale(buckets.map(({ delivered, skipped, refused }) => delivered + skipped + refused));
  return chart(buckets, range, { scale, height: plotHeight.volume, label, marks: (bucket, place) => stack(bucket, place, scale) });

  function stack(bucket: Bucket, place: Place, { height }: Scale): Html {
    let top = margin + plotHeight.volume;
    const parts = (["delivered", "skipped", "refused"] as const).map((kind) => {
      const size = height(bucket[kind], plotHeight.volume);
      top -= size;
      return size === 0
        ? undefined
        : html`<rect class="${kind}" x="${place.x}%" width="${place.width}%" y="${top}" height="${size}" />`;
    });
    const failed = html`<rect
      class="failed"
      x="${place.x}%"
      width="${place.width}%"
      y="${margin + plotHeight.volume + 2}"
      height="4"
    />`;
    return html`${parts}${bucket.failed > 0 ? failed : undefined}`;
  }
}

/** A line through the lag of each step; steps without a run leave a gap. */
export function lagChart(buckets: readonly Bucket[], range: Range, label: string): Html {
  const scale = durationScale(buckets.map(({ lag }) => lag ?? 0));
  const y = (lag: number): number => margin + plotHeight.lag - scale.height(lag, plotHeight.lag);
  const marks = ({ lag }: Bucket, { middle, index, share }: Place): Html => {
    if (lag === null) return html``;
    const before = buckets[index - 1]?.lag ?? null;
    const line =
      before !== null && html`<line class="lag" x1="${middle - share}%" y1="${y(before)}" x2="${middle}%" y2="${y(lag)}" />`;
    return html`${line || undefined}<circle class="lag" cx="${middle}%" cy="${y(lag)}" r="2.5" />`;
  };
  return chart(buckets, range, { scale, height: plotHeight.lag, label, marks });
}

/** Where a step is, in hundredths of the plot. */
interface Place {
  readonly index: number;
  readonly share: number;
  readonly middle: number;
  readonly x: number;
  readonly width: number;
}

interface Drawing {
  readonly scale: Scale;
  readonly height: number;
  readonly label: string;
  readonly marks: (bucket: Bucket, place: Place) => Html;
}

function chart(buckets: readonly Bucket[], range: Range, { scale, height, label, marks }: Drawing): Html {
  const total = height + 2 * margin + labelHeight;
  const levels = scale.labels.map((text, index) => ({ text, y: margin + height - (height * index) / 2 }));
  const columns = buckets.map((bucket, index) => {
    const place = placeOf(index, buckets.length);
    return html`<g
      class="step"
      data-start="${new Date(bucket.start).toISOString()}"
      data-delivered="${bucket.delivered}"
      data-skipped="${bucket.skipped}"
      data-refused="${bucket.refused}"
      data-lag="${bucket.lag ?? ""}"
    >
      <rect class="hover" x="${index * place.share}%" width="${place.share}%" y="0" height="${height + 2 * margin}"
        ><title>${describe(bucket)}</title></rect
      >${marks(bucket, place)}</g
    >`;
  });
  return html`<div class="chart">
    <svg class="axis" height="${total}" aria-hidden="true">
      ${levels.map(({ text, y }) => html`<text x="100%" y="${y + 4}" text-anchor="end">${text}</text>`)}</svg
    ><svg class="plot" height="${total}" role="img" aria-label="${label}">
      ${levels.map(
        ({ y }) => html`<line class="level" x1="0" x2="100%" y1="${y}" y2="${y}" />`,
      )}${columns}${timeLabels(buckets, range, total - 4)}
    </svg>
  </div>`;
}

function placeOf(index: number, count: number): Place {
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  const share = rounded(100 / count);
  return { index, share, middle: rounded((index + 0.5) * share), x: rounded((index + 0.14) * share), width: rounded(0.72 * share) };
}

function timeLabels(buckets: readonly Bucket[], { labelEvery, stepMs }: Range, y: number): readonly Html[] {
  return buckets.flatMap(({ start }, index) => {
    if (start % labelEvery !== 0) return [];
    const x = placeOf(index, buckets.length).share * index;
    const anchor = x < 5 ? "start" : x > 93 ? "end" : "middle";
    const text = stepMs < labelEvery / 4 && labelEvery < 86_400_000 ? hourOf(start) : dayOf(start);
    return html`<text class="time" x="${x}%" y="${y}" text-anchor="${anchor}">${text}</text>`;
  });
}

const hourOf = (time: number): string => new Date(time).toISOString().slice(11, 16);
const dayOf = (time: number): string =>
  new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** A step in words, for whoever points at it. */
function describe({ start, end, delivered, skipped, refused, runs, failed, lag }: Bucket): string {
  const counts = `${wholeNumber(delivered)} delivered, ${wholeNumber(skipped)} skipped, ${wholeNumber(refused)} refused`;
  const outcome = `runs: ${wholeNumber(runs)}, failed: ${wholeNumber(failed)}`;
  return `${dayOf(start)}, ${hourOf(start)} to ${hourOf(end)} UTC · ${counts} · ${outcome}${lag === null ? "" : ` · lag: ${inWords(lag)}`}`;
}
