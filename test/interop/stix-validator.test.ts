import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseStixObject, tlpMarking, type StixObject } from "@socdefenders/shared";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { pythonEnvironment } from "./python.ts";

// OASIS' validator and its library. The wheel of 3.3.1, the newest, lacks the JSON schemas that it checks with; that of 3.2.0 has them.
const requirements = ["stix2-validator==3.2.0", "stix2==3.0.2"];

const program = `
import json, sys
import stix2
from stix2validator import ValidationOptions, validate_instance

def problems(content):
    found = []
    try:
        errors = validate_instance(content, ValidationOptions(version="2.1")).errors or []
        found += [str(error) for error in errors if "precise to the millisecond" not in str(error)]
        stix2.parse(content, allow_custom=True, version="2.1")
    except Exception as error:
        found.append(f"{type(error).__name__}: {error}")
    return found

print(json.dumps([problems(content) for content in json.load(open(sys.argv[1]))]))
`;

/**
 * What is wrong with each object, in the words of the validator and of python-stix2. That `created` and `modified` are not written with
 * three digits is let pass: dates stay as the feed wrote them, since `modified` is what makes a version.
 */
async function problemsOf(objects: readonly unknown[]): Promise<readonly (readonly string[])[]> {
  const file = join(temporaryDirectory(), "objects.json");
  writeFileSync(file, JSON.stringify(objects));
  const python = await pythonEnvironment(requirements);
  const { stdout } = await promisify(execFile)(python, ["-c", program, file], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as string[][];
}

function emitted(served: object): StixObject {
  const parsed = parseStixObject(JSON.parse(JSON.stringify(served)));
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  return parsed.object;
}

const uuid = "b60e0552-9983-4cbd-b7d4-211a2c81d8ca";
const time = "2026-05-16T00:00:00Z";
const dates = { created: time, modified: time };
const pattern = "[ipv4-addr:value = '198.51.100.3']";
const indicator = {
  type: "indicator",
  spec_version: "2.1",
  id: `indicator--${uuid}`,
  ...dates,
  pattern,
  pattern_type: "stix",
  valid_from: time,
};

const nasty: Readonly<Record<string, object>> = {
  "the identity of the export guide": {
    type: "identity",
    id: "identity--socdefenders",
    name: "SOC Defenders",
    identity_class: "organization",
  },
  "an indicator with nothing but a start": {
    type: "indicator",
    id: "indicator--42",
    pattern,
    valid_from: time,
    created_by_ref: "identity--socdefenders",
  },
  "an id in upper case": { ...indicator, id: `indicator--${uuid.toUpperCase()}` },
  "the id of another type": { ...indicator, id: `malware--${uuid}` },
  "a UUID of no version": { ...indicator, id: "indicator--00d1e89b-636c-ad69-ad8f-46545b6758b8" },
  "dates in other zones": { ...indicator, created: "2026-05-16T02:00:00+02:00", valid_until: "2026-06-01t00:00:00z" },
  "dates that are none": { ...indicator, created: "2026-02-30T00:00:00Z", valid_until: "never" },
  "a leap second": { ...indicator, valid_from: "2016-12-31T23:59:60Z" },
  "an end before the start": { ...indicator, valid_until: "2020-01-01T00:00:00Z" },
  "a creation after the modification": { ...indicator, created: "2027-01-01T00:00:00Z" },
  "what says nothing": {
    ...indicator,
    name: null,
    labels: [],
    external_references: [],
    object_marking_refs: [],
    kill_chain_phases: [null],
  },
  "wrong types": {
    ...indicator,
    name: 7,
    labels: ["c2", 1],
    confidence: 400,
    revoked: "no",
    external_references: 1,
    indicator_types: "x",
  },
  "a confidence in words": { ...indicator, confidence: "high" },
  "markings that are no ids": {
    ...indicator,
    object_marking_refs: ["TLP:RED"],
    granular_markings: [{ marking_ref: "TLP:AMBER", selectors: ["pattern"] }],
  },
  "a relationship between invalid ids": {
    type: "relationship",
    spec_version: "2.1",
    id: "relationship--1",
    ...dates,
    relationship_type: "indicates",
    source_ref: "indicator--42",
    target_ref: "malware--x",
  },
  "a report on invalid ids": {
    type: "report",
    spec_version: "2.1",
    id: `report--${uuid}`,
    ...dates,
    name: "r",
    published: time,
    report_types: ["indicator"],
    object_refs: ["indicator--42", indicator.id],
  },
  "a cyber-observable with an invalid id": { type: "file", id: "file--1", name: "a.exe", parent_directory_ref: "directory--2" },
  "an object of unknown type": {
    type: "x-vendor-thing",
    spec_version: "2.1",
    id: "x-vendor-thing--1",
    ...dates,
    x_vendor_value: { a: [1] },
  },
  "halves of surrogate pairs": { ...indicator, name: "a\ud800", description: "\udc00" },
};

test("what a feed gets wrong comes out as valid STIX 2.1", async () => {
  const names = Object.keys(nasty);
  const found = await problemsOf(names.map((name) => emitted(nasty[name]!)));
  expect(Object.fromEntries(names.map((name, index) => [name, found[index]]))).toEqual(
    Object.fromEntries(names.map((name) => [name, []])),
  );
});

test("the validator finds fault with what was served", async () => {
  const found = await problemsOf(Object.values(nasty));
  expect(found.filter((problems) => problems.length > 0).length).toBeGreaterThan(12);
});

test("real indicators are valid as they are", async () => {
  const sample = readRecords(sampleBytes()).slice(0, 100);
  const found = await problemsOf(sample.map(({ object }) => emitted(object)));
  expect(found.flat()).toEqual([]);
});

test("the marking definitions of TLP 1 and 2.0 are valid", async () => {
  const ids = [
    "613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "f88d31f6-486f-44da-b317-01333bde0b82",
    "5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "939a9414-2ddd-4d32-a0cd-375ea402b003",
    "e828b379-4e03-4974-9ac4-e53a884c97c1",
  ];
  const markings = ids.map((id) => tlpMarking(`marking-definition--${id}`));
  expect(markings).not.toContain(undefined);
  expect((await problemsOf(markings)).flat()).toEqual([]);
});
