import type { ExternalReference, StixObject } from "@socdefenders/shared";
import { author } from "../platform/provenance.ts";

export interface SharedProperties {
  readonly labels?: readonly string[];
  readonly external_references?: readonly ExternalReference[];
  readonly kill_chain_phases?: readonly object[];
}

/**
 * The lists that any object may have, as the platform takes them: a blank label or a phase without a name stops the import of an object,
 * a reference without URL and id is thrown away. Other members of references and phases are left out: the platform reads some of
 * them as orders, to store a file for instance, which are not the feed's to give.
 */
export function sharedProperties(object: StixObject): SharedProperties {
  const labels = [...new Set(listOf(object["labels"]).flatMap((label) => textOf(label) ?? []))];
  const external_references = distinct(listOf(object["external_references"]).flatMap(usableReference));
  const kill_chain_phases = distinct(listOf(object["kill_chain_phases"]).flatMap(usablePhase));
  return {
    ...(labels.length > 0 && { labels }),
    ...(external_references.length > 0 && { external_references }),
    ...(kill_chain_phases.length > 0 && { kill_chain_phases }),
  };
}

function usableReference(reference: unknown): readonly ExternalReference[] {
  const { source_name, description, url, external_id } = membersOf(reference);
  if (textOf(url) === undefined && textOf(external_id) === undefined) return [];
  return [
    {
      source_name: textOf(source_name) ?? (author["name"] as string),
      ...(textOf(description) !== undefined && { description }),
      ...(textOf(url) !== undefined && { url: url as string }),
      ...(textOf(external_id) !== undefined && { external_id: external_id as string }),
    },
  ];
}

function usablePhase(phase: unknown): readonly object[] {
  const { kill_chain_name, phase_name } = membersOf(phase);
  return textOf(kill_chain_name) === undefined || textOf(phase_name) === undefined ? [] : [{ kill_chain_name, phase_name }];
}

function distinct<Value extends object>(values: readonly Value[]): readonly Value[] {
  return values.length < 2 ? values : [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The text without blanks around it; undefined where there is none. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
