import { repairNamespace, tlpMarking, uuidV5, type StixObject, type Tlp } from "@socdefenders/shared";

/** Who says it: the id is the one OpenCTI derives itself from name and class. */
export const author: StixObject = {
  type: "identity",
  spec_version: "2.1",
  id: "identity--1ba6b755-a6f3-5b31-af4f-12e18ad4707b",
  // STIX demands both; any fixed time keeps the object the same for ever.
  created: "2026-01-01T00:00:00.000Z",
  modified: "2026-01-01T00:00:00.000Z",
  name: "SOC Defenders",
  identity_class: "organization",
};

/** The id that the core gives the feed's `identity--socdefenders`, which is no STIX id. */
export const repairedFeedIdentity: string = `identity--${uuidV5("identity--socdefenders", repairNamespace)}`;

/** The marking definition of a TLP level under the id that OpenCTI knows it by; TLP 2.0's own ids are unknown there. */
export function markingOf(level: Tlp): StixObject {
  const id = `marking-definition--${markings[level]}`;
  const standard = tlpMarking(id);
  return standard?.["name"] === level ? standard : statement(id, level);
}

/** The levels that TLP 1 has under another name or not at all: OpenCTI takes them as a statement with its own properties. */
function statement(id: string, level: Tlp): StixObject {
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id,
    created: "2017-01-20T00:00:00.000Z",
    name: level,
    definition_type: "statement",
    definition: { statement: "custom" },
    x_opencti_definition_type: "TLP",
    x_opencti_definition: level,
  };
}

const markings: Readonly<Record<Tlp, string>> = {
  "TLP:CLEAR": "613f2e26-407d-48c7-9eca-b8e91df99dc9",
  "TLP:GREEN": "34098fce-860f-48ae-8e50-ebd3cc5e41da",
  "TLP:AMBER": "f88d31f6-486f-44da-b317-01333bde0b82",
  "TLP:AMBER+STRICT": "826578e1-40ad-459f-bc73-ede076f81f37",
  "TLP:RED": "5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
};
