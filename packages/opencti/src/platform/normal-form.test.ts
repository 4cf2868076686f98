import { expect, test } from "vitest";
import { normalForm } from "./normal-form.ts";

test.each([
  ["[ipv4-addr:value='198.51.100.3']", "[ipv4-addr:value = '198.51.100.3']"],
  ["  [ url:value  ==  'https://a.example/?x=1&y=[2]' ]\n", "[url:value = 'https://a.example/?x=1&y=[2]']"],
  ["[file:hashes.'MD5'='aa']", "[file:hashes.MD5 = 'aa']"],
  ["[file:hashes.'SHA-256' = 'aa']", "[file:hashes.'SHA-256' = 'aa']"],
  ["[url:value = 'it\\'s = here']", "[url:value = 'it\\'s = here']"],
  ["[a:b = 'x'  AND c:d != 'y'] OR [ e:f > 3 ]", "[a:b = 'x' AND c:d != 'y'] OR [e:f > 3]"],
  ["[a:b IN ( 'x' , 'y' )]", "[a:b IN ('x','y')]"],
  ["([a:b = 1] FOLLOWEDBY [c:d = 2]) WITHIN 300 SECONDS", "([a:b = 1] FOLLOWEDBY [c:d = 2]) WITHIN 300 SECONDS"],
  ["[a:b LIKE 'x AND y%']", "[a:b LIKE 'x AND y%']"],
  [" [a:b = 'never ends] ", "[a:b = 'never ends]"],
])("%s", (pattern, normal) => {
  expect(normalForm(pattern)).toBe(normal);
  expect(normalForm(normal)).toBe(normal);
});
