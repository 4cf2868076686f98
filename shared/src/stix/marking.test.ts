import { expect, test } from "vitest";
import { strictestTlp } from "./marking.ts";

const green2 = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
const amber1 = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";

test("knows both generations and takes the strictest", () => {
  expect(strictestTlp([green2])).toBe("TLP:GREEN");
  expect(strictestTlp([green2, amber1])).toBe("TLP:AMBER");
});

test("a marking that is no TLP says nothing", () => {
  expect(strictestTlp(["marking-definition--00000000-0000-4000-8000-000000000000"])).toBeUndefined();
});
