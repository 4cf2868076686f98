import fc from "fast-check";
import { expect, test } from "vitest";
import { html } from "./html.ts";

test("text is put in as text, in content and in attributes, and cannot turn what stands around it", () => {
  const hostile = `<img src=x onerror="alert('1')">&\u202e\u0007`;
  expect(html`<p title="${hostile}">${[hostile, undefined, 7]}</p>`.markup).toBe(
    `<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;\ufffd\ufffd">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;\ufffd\ufffd7</p>`,
  );
});

test("what the tag made is not escaped again", () => {
  expect(html`<p>${["a", "<"].map((text) => html`<b>${text}</b>`)}</p>`.markup).toBe("<p><b>a</b><b>&lt;</b></p>");
});

test("no text opens a tag or ends an attribute", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { markup } = html`${text}`;
      expect(markup).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
    }),
  );
});
