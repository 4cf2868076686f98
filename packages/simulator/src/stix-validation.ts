type Properties = Readonly<Record<string, unknown>>;

const types = ["indicator", "attack-pattern", "threat-actor", "identity", "relationship"];
const requiredOfAll = ["id", "type", "created", "modified"];
const requiredOfIndicators = ["pattern", "pattern_type", "valid_from"];
const times = ["created", "modified", "valid_from", "valid_until"];

/** What the upload API finds wrong with one object, in the words of its reference; nothing for one it takes. */
export function* validateStixObject(object: Properties): Generator<string> {
  const { id, type, confidence, labels, valid_from: from, valid_until: until } = object;
  for (const name of type === "indicator" ? [...requiredOfAll, ...requiredOfIndicators] : requiredOfAll) {
    if (isMissing(object[name])) yield error(name, "Required property is missing", "NULL");
  }
  if (!isMissing(type) && !types.includes(String(type))) yield error("type", "Not a supported STIX object", type);
  if (!isMissing(id) && !/^[a-z-]+--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(id))) {
    yield error("id", "Not a STIX id", id);
  }
  for (const name of times) {
    if (!isMissing(object[name]) && Number.isNaN(timeOf(object[name]))) yield error(name, "Not a timestamp", object[name]);
  }
  if (timeOf(until) <= timeOf(from)) yield error("valid_until", "Must be greater than valid_from", until);
  const isInRange = Number.isInteger(confidence) && Number(confidence) >= 0 && Number(confidence) <= 100;
  if (confidence !== undefined && !isInRange) yield error("confidence", "Must be an integer in the range of 0-100", confidence);
  if (labels !== undefined && !(Array.isArray(labels) && labels.every((label) => typeof label === "string"))) {
    yield error("labels", "Must be a list of strings", typeof labels);
  }
}

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === "";
const timeOf = (value: unknown): number => (typeof value === "string" ? Date.parse(value) : Number.NaN);
const error = (property: string, problem: string, actual: unknown): string =>
  `Error for Property=${property}: ${problem}. Actual value: ${String(actual)}.`;
