import { expect, test } from "vitest";
import { behaviourOf } from "./behaviour.ts";
import { listSwitches, parseSwitches } from "./parse-switches.ts";

test("switches and faults are read by name, with a value where they have one", () => {
  const parsed = parseSwitches(["container=envelope", "gzip", "largest-page=25", "reset-in-body=2,4@next", "late=20%"]);
  expect(parsed.behaviour).toEqual({ container: "envelope", gzip: true, largestPage: 25 });
  expect(parsed.faults).toEqual([
    { kind: "reset-in-body", when: { numbers: [2, 4] }, where: "next" },
    { kind: "late", when: { share: 0.2 }, where: "objects" },
  ]);
});

test.each([
  ["contaner=bundle", "no switch contaner (did you mean container?)"],
  ["resetinbody=1", "no switch resetinbody (did you mean reset-in-body?)"],
  ["toString", /^no switch toString/],
  ["container=box", "container: write container=bundle|envelope"],
  ["container", "container: write container=bundle|envelope"],
  ["gzip=yes", "gzip: write gzip"],
  ["largest-page=-1", "largest-page: write largest-page=NUMBER"],
  ["foreign-origin=x", "foreign-origin: write foreign-origin=ORIGIN"],
  ["html=0", "html: write html=WHEN[@WHERE], html=3 for instance"],
  ["html=1@nowhere", /^html: write/],
])("%s is refused with what to write instead", (text, message) => {
  expect(() => parseSwitches([text])).toThrow(message);
});

test("the list explains each one, and what it names can be written", () => {
  const list = listSwitches();
  const written = [...list.matchAll(/^ {2}([a-z0-9-]+)(?:=(\S+))?$/gm)];
  expect(written.length).toBeGreaterThan(50);
  for (const [, name = "", values] of written) {
    const example = { NUMBER: "1", ORIGIN: "https://host.example", "WHEN[@WHERE]": "1" }[values ?? ""] ?? values?.split("|").at(-1);
    expect(() => parseSwitches([example === undefined ? name : `${name}=${example}`])).not.toThrow();
  }
});

test("what is not named is the vendor's way", () => {
  expect(behaviourOf({ container: undefined })).toMatchObject({ container: "bundle", identity: "first", collections: "vendor" });
});
