import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { expect, test } from "vitest";
import { readAddress } from "./address.ts";

const part = fc.oneof(fc.nat(300).map(String), fc.constantFrom("", "00", "01", "010", "0x1", "1e1", "-1", " 1"));

test("dotted quads are read as the address library reads them, canonical ones without it", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 3, maxLength: 5 }), (parts) => {
      const text = parts.join(".");
      const isQuad = ipaddr.IPv4.isValidFourPartDecimal(text);
      expect(readAddress(text)).toEqual(isQuad ? { type: "ipv4", value: ipaddr.parse(text).toString() } : undefined);
    }),
    { numRuns: 1000 },
  );
});

test.each(["1.2.3.4.", ".1.2.3.4", "1.2.3.4\n", "1.2.3", "1.2.3.4.5", "256.1.1.1"])("%j is no address", (text) => {
  expect(readAddress(text)).toBeUndefined();
});
