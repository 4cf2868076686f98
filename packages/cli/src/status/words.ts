const units = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3600 },
  { name: "min", seconds: 60 },
] as const;

/** Seconds as people say them: in the largest unit of which there are two. */
export function inWords(seconds: number): string {
  const unit = units.find((one) => seconds >= 2 * one.seconds);
  return unit === undefined ? `${Math.round(seconds)} s` : `${Math.floor(seconds / unit.seconds)} ${unit.name}`;
}

export const wholeNumber = (value: number): string => Math.round(value).toLocaleString("en");

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${wholeNumber(count)} ${count === 1 ? one : many}`;
