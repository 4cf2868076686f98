import { expect, test } from "vitest";
import { readModularInput, type ModularInput } from "./modular-input.ts";
import { errorXml, escapeXml, schemeXml } from "./scheme.ts";

/** The bytes as a pipe may bring them: in pieces of this size, and open for ever where `isOpen`. */
async function* pipe(bytes: Uint8Array, size: number, isOpen: boolean): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  if (isOpen) await new Promise(() => undefined);
}

const parse = (bytes: Uint8Array, size = 1000, isOpen = false): Promise<ModularInput> =>
  readModularInput(pipe(bytes, size, isOpen));

const document = `<input>
  <server_host>h</server_host><server_uri>https://127.0.0.1:8089</server_uri>
  <session_key>key&amp;value</session_key><checkpoint_dir>/opt/splunk/var</checkpoint_dir>
  <configuration><stanza name="socdefenders://a &lt;b&gt;" app="TA_socdefenders">
    <param name="feed_endpoint"> https://feed.example/ </param><param name="empty"></param><param name="disabled">0</param>
    <param_list name="collections"><value>one</value><value>two</value></param_list>
  </stanza><stanza name="socdefenders://second"><param name="start"><![CDATA[P1D]]></param></stanza></configuration>
</input>`;

const expected = {
  serverUri: "https://127.0.0.1:8089",
  sessionKey: "key&value",
  checkpointDirectory: "/opt/splunk/var",
  stanzas: [
    {
      name: "socdefenders://a <b>",
      parameters: { feed_endpoint: "https://feed.example/", empty: "", disabled: "0", collections: "one,two" },
    },
    { name: "socdefenders://second", parameters: { start: "P1D" } },
  ],
};

test.each([
  ["UTF-8", Buffer.from(document)],
  ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${document}`)],
  ["UTF-16 LE", Buffer.from(`\ufeff${document}`, "utf16le")],
  ["UTF-16 BE", Buffer.from(`\ufeff${document}`, "utf16le").swap16()],
  ["UTF-8 that says it is UTF-16", Buffer.from(`<?xml version="1.0" encoding="utf-16"?>${document}`)],
])("reads %s, in pieces of any size, and does not wait for the end of the pipe", async (_, bytes) => {
  for (const size of [1, 2, 3, 7, 100_000]) {
    expect(await parse(bytes, size)).toEqual(expected);
    expect(await parse(bytes, size, true)).toEqual(expected);
  }
});

test("reads a validation document", async () => {
  const { stanzas } = await parse(Buffer.from('<items><item name="new"><param name="start">P1D</param></item></items>'));
  expect(stanzas).toEqual([{ name: "new", parameters: { start: "P1D" } }]);
});

test("no stanza is nothing to do", async () => {
  expect((await parse(Buffer.from("<input><configuration/></input>"))).stanzas).toEqual([]);
});

test("broken XML is an error that shows nothing of it", async () => {
  const broken = "<input><session_key>secret-session-key</input>";
  await expect(parse(Buffer.from(broken))).rejects.toThrow(/not the XML that splunkd sends/);
  await expect(parse(Buffer.from(broken))).rejects.not.toThrow(/secret-session-key/);
});

test("entities of a document's own are not expanded", async () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><input><server_uri>&a;</server_uri></input>';
  await expect(parse(Buffer.from(bomb))).rejects.toThrow(/not the XML/);
});

test.each(["", "   ", "<input><configuration>", "no XML"])("%j is no document", async (text) => {
  await expect(parse(Buffer.from(text))).rejects.toThrow(/not the XML/);
});

test("a document without an end is refused before it fills the memory", async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("<input><server_uri>");
    for (;;) yield Buffer.alloc(100_000, "a");
  }
  await expect(readModularInput(endless())).rejects.toThrow(/more than|Max buffer/);
});

test("what it writes is XML whatever is in it", () => {
  expect(errorXml(`<a> & "b" 'c'`)).toBe("<error><message>&#60;a&#62; &#38; &#34;b&#34; &#39;c&#39;</message></error>\n");
  expect(escapeXml("a\u0000\u0008\t\n\u000b\u001b\ufffe\ud800b\u{1f600}")).toBe("a\t\nb\u{1f600}");
  expect(schemeXml()).toMatch(/^<scheme><title>SOC Defenders<\/title>.*<arg name="hec_credential">.*<\/scheme>\n$/);
});
