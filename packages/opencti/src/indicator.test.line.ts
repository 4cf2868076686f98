/** A line of a feed's records: an indicator of one address, added so many seconds behind the others' minute. */
export function toLine(address: string, index: number): string {
  const number = String(index).padStart(2, "0");
  const object = {
    type: "indicator",
    spec_version: "2.1",
    id: `indicator--00000000-0000-4000-8000-0000000000${number}`,
    created: "2026-05-16T08:00:00.000Z",
    modified: "2026-05-16T08:00:00.000Z",
    name: "Malicious address",
    pattern: `[ipv4-addr:value = '${address}']`,
    pattern_type: "stix",
    valid_from: "2026-05-16T08:00:00.000Z",
  };
  return JSON.stringify({ date_added: `2026-05-16T08:00:${number}.000000Z`, object });
}
