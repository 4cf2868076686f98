import { expect, test } from "vitest";
import { errorXml, parseModularInput, schemeXml } from "./modular-input.ts";

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
])("reads %s", (_, bytes) => {
  expect(parseModularInput(bytes)).toEqual(expected);
});

test("reads a validation document", () => {
  const { stanzas } = parseModularInput(Buffer.from('<items><item name="new"><param name="start">P1D</param></item></items>'));
  expect(stanzas).toEqual([{ name: "new", parameters: { start: "P1D" } }]);
});

test("no stanza is nothing to do", () => {
  expect(parseModularInput(Buffer.from("<input><configuration/></input>")).stanzas).toEqual([]);
});

test("broken XML is an error that shows nothing of it", () => {
  const broken = "<input><session_key>secret-session-key</input>";
  expect(() => parseModularInput(Buffer.from(broken))).toThrow(/not the XML that splunkd sends/);
  expect(() => parseModularInput(Buffer.from(broken))).not.toThrow(/secret-session-key/);
});

test("entities of a document's own are not expanded", () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><input><server_uri>&a;</server_uri></input>';
  expect(() => parseModularInput(Buffer.from(bomb))).toThrow(/not the XML/);
});

test("what it writes is XML whatever is in it", () => {
  expect(errorXml(`<a> & "b" 'c'`)).toBe("<error><message>&#60;a&#62; &#38; &#34;b&#34; &#39;c&#39;</message></error>\n");
  expect(schemeXml()).toMatch(/^<scheme><title>SOC Defenders<\/title>.*<arg name="hec_credential">.*<\/scheme>\n$/);
});
