import type { StixObject } from "./object.ts";

/** Traffic Light Protocol levels as they are written in records, from open to closed. */
export const tlpLevels = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"] as const;
export type Tlp = (typeof tlpLevels)[number];

/** STIX 2.1 §7.2.1.4. */
const tlp1 = new Map([
  ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white"],
  ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green"],
  ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber"],
  ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red"],
]);

/** The OASIS extension that brings TLP 2.0, and its marking definitions. */
const tlp2Extension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
const tlp2 = new Map([
  ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear"],
  ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green"],
  ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber"],
  ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict"],
  ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red"],
]);

/**
 * The most restrictive TLP level among marking ids of TLP 1 and 2.0; undefined where there are no markings. Markings of which none is
 * TLP count as `unknown`, by default the strictest level: who made them meant some restriction. `none` ignores them.
 */
export function strictestTlp(markingIds: readonly string[] = [], unknown: Tlp | "none" = "TLP:RED"): Tlp | undefined {
  const strictest = markingIds.reduce((highest, id) => Math.max(highest, rankOf(id)), -1);
  if (strictest === -1 && markingIds.length > 0 && unknown !== "none") return unknown;
  return tlpLevels[strictest];
}

/** Place among {@link tlpLevels}; -1 where the marking is not TLP. */
function rankOf(markingId: string): number {
  const word = tlp1.get(markingId) ?? tlp2.get(markingId);
  return word === "white" ? 0 : tlpLevels.findIndex((level) => level === `TLP:${word?.toUpperCase()}`);
}

/**
 * The marking definition of a TLP id, property for property as its standard fixes it, for a target that must hold what a marking
 * refers to: feeds leave it out. Undefined for any other id.
 */
export function tlpMarking(id: string): StixObject | undefined {
  const first = tlp1.get(id);
  if (first !== undefined) {
    return { ...marking(id, "2017-01-20T00:00:00.000Z", first), definition_type: "tlp", definition: { tlp: first } };
  }
  const second = tlp2.get(id);
  if (second === undefined) return undefined;
  const extension = { extension_type: "property-extension", tlp_2_0: second };
  return { ...marking(id, "2022-10-01T00:00:00.000Z", second), extensions: { [tlp2Extension]: extension } };
}

function marking(id: string, created: string, word: string): StixObject {
  return { type: "marking-definition", spec_version: "2.1", id, created, name: `TLP:${word.toUpperCase()}` };
}
