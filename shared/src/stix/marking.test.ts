import { expect, test } from "vitest";
import { strictestTlp } from "./marking.ts";

const green2 = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
const amber1 = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";

test("knows both generations and takes the strictest", () => {
  expect(strictestTlp([green2])).toBe("TLP:GREEN");
  expect(strictestTlp([green2, amber1])).toBe("TLP:AMBER");
});

const statement = "marking-definition--00000000-0000-4000-8000-000000000000";

test("what is not marked has no level", () => {
  expect(strictestTlp([])).toBeUndefined();
  expect(strictestTlp(undefined)).toBeUndefined();
});

test("markings of which none is TLP count as the strictest, or as what is asked for", () => {
  expect(strictestTlp([statement])).toBe("TLP:RED");
  expect(strictestTlp([statement], "TLP:AMBER")).toBe("TLP:AMBER");
  expect(strictestTlp([statement], "none")).toBeUndefined();
});

test("a marking that is no TLP, beside one that is, says nothing of the level", () => {
  expect(strictestTlp([statement, green2])).toBe("TLP:GREEN");
});

test("names of what every object has are no markings", () => {
  expect(strictestTlp(["constructor", "toString"], "none")).toBeUndefined();
});
