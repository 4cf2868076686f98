import { clean, sumCounts, type PageOutcome } from "@socdefenders/shared";

/** What is counted of every delivered page, with the words that explain it. Prometheus and OpenTelemetry count the same. */
export const counters = {
  pages: "Pages that were delivered and behind which the position was saved",
  objects_read: "Objects read that were new",
  objects_skipped: "Objects of which nothing is sent, by reason",
  items_delivered: "Items (events, rows, objects) that the target confirmed",
  items_refused: "Objects that cannot be read and items that the target refused, kept as dead letters, by reason",
  values_withheld: "Values inside delivered objects that were left out",
  dead_letters_dropped: "Old dead letters that had to make room",
} as const;

export type CounterName = keyof typeof counters;

interface Count {
  readonly name: CounterName;
  readonly value: number;
  readonly labels: Readonly<Record<"target" | "collection", string>> & { readonly reason?: string };
}

/** What a page adds. */
export type CountsOf = (target: string, collection: string, outcome: PageOutcome) => readonly Count[];

// More collections and reasons than any feed has.
const mostNames = 50;

/** Labels are few and stable, and never the feed's or a target's own words: those beyond {@link mostNames} count as "other". */
export function createCounts(): CountsOf {
  const collectionLabel = bounded(clean);
  const label = bounded(reasonLabel);
  return (target, collection, outcome) => {
    const labels = { target, collection: collectionLabel(collection) };
    const count = (name: CounterName, value: number): Count => ({ name, value, labels });
    const byReason = (name: CounterName, reasons: Readonly<Record<string, number>>): readonly Count[] =>
      Object.entries(reasons).map(([reason, value]) => ({ name, value, labels: { ...labels, reason: label(reason) } }));
    return [
      count("pages", outcome.read + outcome.repeated > 0 ? 1 : 0),
      count("objects_read", outcome.read),
      count("items_delivered", outcome.delivered),
      ...byReason("objects_skipped", outcome.skipped),
      ...byReason("items_refused", outcome.refused),
      count("values_withheld", sumCounts(outcome.withheld)),
      count("dead_letters_dropped", outcome.droppedDeadLetters),
    ];
  };
}

function bounded(toLabel: (text: string) => string): (text: string) => string {
  const known = new Set<string>();
  return (text) => {
    const label = toLabel(text);
    if (known.size < mostNames) known.add(label);
    return known.has(label) ? label : "other";
  };
}

// STIX 2.1 §4, §5, §6 and §7: a type besides these is the feed's own word.
const stixTypes = new Set(
  `attack-pattern campaign course-of-action grouping identity incident indicator infrastructure intrusion-set location malware
  malware-analysis note observed-data opinion report threat-actor tool vulnerability relationship sighting artifact autonomous-system
  directory domain-name email-addr email-message file ipv4-addr ipv6-addr mac-addr mutex network-traffic process software url
  user-account windows-registry-key x509-certificate marking-definition extension-definition language-content`.split(/\s+/),
);

/** The stable part of a reason: what is behind a colon is what the feed or the target said. */
function reasonLabel(reason: string): string {
  const [, type, rest] = /^([^]+) (objects are not sent to [\w' ]+)$/.exec(reason) ?? [];
  if (type !== undefined && rest !== undefined) return `${stixTypes.has(type) ? type : "other"} ${rest}`;
  const [stable = ""] = reason.split(/[:"'(]/, 1);
  return stable.length > 0 && stable.length <= 80 && /^[\w.,/ -]+$/.test(stable) ? stable.trim() : "other";
}
