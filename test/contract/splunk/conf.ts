/** Stanzas of a Splunk .conf file by name, each with its settings. */
export type Conf = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads a .conf file; a backslash at the end of a line continues it. Throws on what Splunk would pass over: doubles and stray lines. */
export function parseConf(text: string): Conf {
  const conf = new Map<string, Map<string, string>>();
  let stanza: Map<string, string> | undefined;
  for (const line of text.replaceAll("\\\n", "\n\v").split(/\n(?!\v)/)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name] = /^\[(.*)\]$/.exec(line) ?? [];
    if (name !== undefined) {
      if (conf.has(name)) throw new Error(`stanza [${name}] is there twice`);
      stanza = new Map();
      conf.set(name, stanza);
      continue;
    }
    const [, key = "", value = ""] = /^([\w.:-]+)\s*=\s*([\s\S]*)$/.exec(line) ?? [];
    if (key === "" || stanza === undefined) throw new Error(`not a setting: ${line}`);
    if (stanza.has(key)) throw new Error(`${key} is there twice`);
    stanza.set(key, value.replaceAll("\v", ""));
  }
  return conf;
}
