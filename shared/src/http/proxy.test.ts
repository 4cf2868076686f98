import { expect, test } from "vitest";
import { redact } from "../config/secret.ts";
import { proxyHost, readEnvironmentProxies } from "./proxy.ts";

const feed = new URL("https://feed.example/");
const platform = new URL("http://opencti.example:8080/");

test.each([
  [{}, undefined, undefined],
  [{ HTTPS_PROXY: "http://one:3128" }, "http://one:3128/", undefined],
  [{ HTTP_PROXY: "http://one:3128" }, undefined, "http://one:3128/"],
  [{ HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:2" }, "http://lower:2/", undefined],
  [{ HTTPS_PROXY: "http://upper:1", https_proxy: "" }, undefined, undefined],
  [{ HTTPS_PROXY: "one:3128", HTTP_PROXY: " https://two:3129 " }, "http://one:3128/", "https://two:3129/"],
  [{ HTTPS_PROXY: "http://one:3128", NO_PROXY: ".example" }, undefined, undefined],
  [{ HTTPS_PROXY: "http://one:3128", no_proxy: "", NO_PROXY: ".example" }, "http://one:3128/", undefined],
])("%j: https through %s, http through %s", (environment, secure, plain) => {
  const chooseProxy = readEnvironmentProxies(environment);
  expect([chooseProxy(feed), chooseProxy(platform)]).toEqual([secure, plain]);
});

test.each(["http://127.0.0.1:8088", "https://localhost", "https://[::1]:8088"])("%s is never reached through a proxy", (url) => {
  const chooseProxy = readEnvironmentProxies({ HTTP_PROXY: "http://one:3128", HTTPS_PROXY: "http://one:3128" });
  expect(chooseProxy(new URL(url))).toBeUndefined();
});

test.each(["socks5://one:1080", "http://", "http://user:%zz@one:3128", "http://user:%ff@one:3128"])(
  "%s is an error that names the variable and not the value",
  (value) => {
    expect(() => readEnvironmentProxies({ HTTPS_PROXY: value })).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringMatching(/^HTTPS_PROXY: (?!.*one)/),
        remedy: expect.stringContaining("HTTPS_PROXY"),
      }),
    );
  },
);

test("a password is a secret in every form, and the host is shown without it", () => {
  const proxy = readEnvironmentProxies({ HTTPS_PROXY: "http://user:p%40ss%2fword@one:3128" })(feed) ?? "";
  const basic = Buffer.from("user:p@ss/word").toString("base64");
  for (const form of ["p@ss/word", "p%40ss%2fword", basic]) expect(redact(`it is ${form}.`)).toBe("it is [redacted].");
  expect(proxyHost(proxy)).toBe("one:3128");
});
