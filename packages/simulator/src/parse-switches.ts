import { closest } from "fastest-levenshtein";
import { switches, type BehaviourOptions } from "./behaviour.ts";
import { faultKinds, type Fault, type FaultKind } from "./faults.ts";
import { parseSchedule } from "./schedule.ts";
import type { Switch } from "./switch.ts";

/** What a list of `name[=value]` asks a feed to be. */
export interface ParsedSwitches {
  readonly behaviour: BehaviourOptions;
  readonly faults: readonly Fault[];
}

const scheduleForm = "WHEN[@WHERE]";

// `cursorRequests` is written `cursor-requests`.
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const behaviours: ReadonlyMap<string, { name: string; definition: Switch<unknown> }> = new Map(
  Object.entries(switches).map(([name, definition]) => [kebab(name), { name, definition }]),
);
const known = [...behaviours.keys(), ...Object.keys(faultKinds)];

/** Reads switches and faults, each `name` or `name=value`. Throws an Error that names the nearest known name, or the values. */
export function parseSwitches(texts: readonly string[]): ParsedSwitches {
  const behaviour: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const text of texts) {
    const [name = "", ...rest] = text.split("=");
    const value = rest.join("=");
    if (Object.hasOwn(faultKinds, name)) faults.push(readFault(name as FaultKind, value));
    else Object.assign(behaviour, readSwitch(name, value));
  }
  return { behaviour, faults };
}

function readSwitch(name: string, text: string): Record<string, unknown> {
  const found = behaviours.get(name);
  if (found === undefined) throw new Error(`no switch ${name} (did you mean ${closest(name, known)}?)`);
  const value = found.definition.parse(text);
  if (value === undefined) throw new Error(`${name}: write ${form(name, found.definition.values)}`);
  return { [found.name]: value };
}

function readFault(kind: FaultKind, text: string): Fault {
  const schedule = parseSchedule(text);
  if (schedule !== undefined) return { kind, ...schedule };
  throw new Error(`${kind}: write ${form(kind, scheduleForm)}, ${kind}=3 for instance`);
}

const form = (name: string, values: string): string => (values === "" ? name : `${name}=${values}`);

/** The help for all of them, from the tables that define them. */
export function listSwitches(): string {
  const behaviourLines = [...behaviours].map(([name, { definition }]) =>
    line(form(name, definition.values), definition.explanation, definition.values === "" ? "" : String(definition.default)),
  );
  const faultLines = Object.entries(faultKinds).map(([kind, { explanation }]) => line(`${kind}=${scheduleForm}`, explanation));
  return [
    "Switches, with what the feed does without them:\n",
    ...behaviourLines,
    "\nFaults. WHEN is 3 or 3,5 (the third request looked at, or both), every-4, always, or 20% (drawn from --seed).\n",
    "WHERE is discovery, collections, objects (the default), next (objects requests with a cursor) or any.\n",
    ...faultLines,
  ].join("");
}

const line = (written: string, explanation: string, fallback = ""): string =>
  `  ${written}\n      ${explanation}${fallback === "" ? "" : ` (${fallback})`}\n`;
