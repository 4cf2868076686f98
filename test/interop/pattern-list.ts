const md5 = "d41d8cd98f00b204e9800998ecf8427e";
const sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Patterns as feeds write them, then one at least for every production of the grammar (STIX 2.1 §9). */
export const everyProduction: readonly string[] = [
  "[ipv4-addr:value = '198.51.100.3']",
  "[ipv6-addr:value='2001:db8::1']",
  "[domain-name:value = 'c2.example.com' OR domain-name:value = 'c3.example.com']",
  "[url:value = 'https://example.com/a?b=c&d=%27#e']",
  `[file:hashes.MD5 = '${md5}' OR file:hashes.'SHA-256' = '${sha256}']`,
  `[file:hashes.'SHA-256' = '${sha256}' AND file:name = 'C:\\\\Temp\\\\it\\'s.exe' AND file:size = 1024]`,
  "[network-traffic:dst_ref.value = '198.51.100.3' AND network-traffic:dst_port = 443]",
  "[email-message:from_ref.value = 'me@example.com' AND email-message:body_multipart[*].body_raw_ref.name LIKE '%.zip']",
  "[windows-registry-key:key = 'HKEY_CURRENT_USER\\\\Software' AND windows-registry-key:values[0].data_type = 'REG_SZ']",
  "[process:command_line MATCHES '^.*(?:-enc|-e) [A-Za-z0-9+/=]{40,}$']",
  "[ipv4-addr:value ISSUBSET '198.51.100.0/24' OR ipv6-addr:value ISSUPERSET '2001:db8::/32']",
  "[vulnerability:external_references[*].external_id IN ('CVE-2026-0001', 'CVE-2026-0002')]",
  "([ipv4-addr:value = '198.51.100.3'] AND [domain-name:value = 'example.com']) OR [url:value = 'x']",
  "[file:name = 'a'] FOLLOWEDBY [process:name = 'b'] FOLLOWEDBY [url:value = 'c'] WITHIN 300 SECONDS",
  "[file:name = 'a'] REPEATS 5 TIMES WITHIN 0.5 SECONDS START t'2026-01-01T00:00:00Z' STOP t'2026-12-31T23:59:60.123456789Z'",
  "(([file:name = 'a'] AND [file:name = 'b']) REPEATS 2 TIMES) REPEATS 3 TIMES REPEATS 4 TIMES",
  "[(file:name = 'a' OR file:name = 'b') AND (file:size > 1 AND (file:size < 9))]",
  "[file:x == 1 AND file:x != -1 AND file:x <> +1 AND file:x < 0 AND file:x <= -0 AND file:x > .5 AND file:x >= -1.50]",
  "[file:x NOT = 1 AND file:x NOT < 2 AND file:x NOT LIKE 'a_' AND file:x NOT MATCHES 'b' AND file:x NOT IN (1)]",
  "[file:x NOT ISSUBSET '10.0.0.0/8' AND file:x NOT ISSUPERSET '10.0.0.0/8']",
  "[EXISTS file:x.y AND NOT EXISTS file:z[0]]",
  "[file:x IN () AND file:x IN ('a', 1, 1.5, true, h'00', b'AAAA', t'2026-01-31T08:00:00Z')]",
  "[file:x = true AND file:x != false AND file:x = h'' AND file:x = b'c3RpeA==' AND file:x = t'2026-02-30T00:00:00Z']",
  "[file:'x'.'y z'.'' = '' AND file:x[0][-1][+2][*].y = 'two\nlines']",
  "[x-my-type:_x1.LASTING = 1 OR AND-x:x = 1]",
  "/* a */ [ // b ]\n\tfile /**/ : \u00a0x\u2003=\u30001 ]\r\n// c",
];
