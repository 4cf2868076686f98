/** Traffic Light Protocol levels as they are written in records, from open to closed. */
export const tlpLevels = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"] as const;
export type Tlp = (typeof tlpLevels)[number];

// STIX 2.1 §7.2.1.4 (TLP 1) and the OASIS TLP 2.0 extension definition 60a3c5c5-0d10-413e-aab3-9e08dde9e88d.
const tlpByMarkingId: Readonly<Record<string, Tlp>> = {
  "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
  "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
  "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
  "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
  "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
  "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
  "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
  "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
  "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
};

/** The most restrictive TLP level among marking ids of TLP 1 and 2.0; undefined where none of them is a TLP marking. */
export function strictestTlp(markingIds: readonly string[]): Tlp | undefined {
  const found = markingIds.map((id) => tlpByMarkingId[id]).filter((level) => level !== undefined);
  return tlpLevels.findLast((level) => found.includes(level));
}
