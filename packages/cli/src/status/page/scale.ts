/** An axis from 0 to `maximum`, with three labels of which the middle one is a round number too. */
export interface Scale {
  readonly maximum: number;
  /** From 0 upwards. */
  readonly labels: readonly [string, string, string];
  /** Pixels of a value in a plot of this height; a value that is there is never smaller than two. */
  readonly height: (value: number, plotHeight: number) => number;
}

/** An axis for counts. */
export function countScale(values: readonly number[]): Scale {
  const format = new Intl.NumberFormat("en", { notation: "compact" });
  return scale(roundUp(Math.max(0, ...values)), (value) => format.format(value));
}

/** An axis for seconds. */
export function durationScale(values: readonly number[]): Scale {
  const largest = Math.max(0, ...values);
  const maximum = roundDurations.find((one) => one >= largest) ?? roundUp(largest / 86_400) * 86_400;
  return scale(maximum, durationLabel);
}

function scale(maximum: number, label: (value: number) => string): Scale {
  return {
    maximum,
    labels: [label(0), label(maximum / 2), label(maximum)],
    height: (value, plotHeight) => (value <= 0 ? 0 : Math.max(2, Math.round((value / maximum) * plotHeight * 10) / 10)),
  };
}

/** The next of 2, 4, 6, 8, 10 times a power of ten: the half of it is whole. */
function roundUp(value: number): number {
  const power = 10 ** Math.max(0, Math.ceil(Math.log10(Math.max(value, 1))) - 1);
  return Math.max(2, Math.ceil(value / power / 2) * 2 * power);
}

const [minute, hour, day] = [60, 3600, 86_400];
const roundDurations = [
  10,
  20,
  minute,
  2 * minute,
  4 * minute,
  10 * minute,
  20 * minute,
  hour,
  2 * hour,
  4 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  4 * day,
];

/** In the largest unit of which it is a whole number. */
function durationLabel(seconds: number): string {
  const [size = 1, unit = "s"] = (
    [
      [day, "d"],
      [hour, "h"],
      [minute, "min"],
    ] as const
  ).find(([one]) => seconds >= one && seconds % one === 0) ?? [1, "s"];
  return `${seconds / size} ${unit}`;
}
