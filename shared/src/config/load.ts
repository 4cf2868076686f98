import { parseDocument, type Document } from "yaml";
import { ConfigurationError } from "../errors/configuration-error.ts";

/** What `${NAME}` is looked up in: the process environment, given by the one file that may read it. */
export type Environment = Readonly<Record<string, string | undefined>>;

// In a flow mapping (`{ token: ${TOKEN} }`) YAML would read the braces itself: they stand as private-use characters while it parses.
const marked = /\ue000(\w+)\ue001/g;
const markVariables = (text: string): string => text.replace(/\$\{(\w+)\}/g, "\ue000$1\ue001");

/**
 * Reads a YAML configuration and puts environment variables into its strings. `${NAME}` is replaced after parsing, so a value can
 * never change the structure. Throws ConfigurationError with line and column, or naming the unset variables.
 */
export function parseConfiguration(text: string, environment: Environment, where: string): unknown {
  const document = parseDocument(markVariables(text));
  const [problem] = document.errors;
  if (problem !== undefined) {
    // The rest of the message would show the line itself, and with it perhaps a key.
    throw new ConfigurationError(`${where}: ${problem.message.split("\n")[0]}`, { remedy: "Correct the YAML there." });
  }
  const unset = new Set<string>();
  const content = substitute(toContent(document, where), environment, unset);
  if (unset.size > 0) {
    const names = [...unset].join(", ");
    throw new ConfigurationError(`${where}: environment variable not set: ${names}`, {
      remedy: `Set ${names}, or write the value into a file and use the key that ends in _file.`,
    });
  }
  return content;
}

function toContent(document: Document, where: string): unknown {
  try {
    return document.toJS();
  } catch {
    // The parser's words would show the name of the alias, which may be a key that begins with an asterisk.
    throw new ConfigurationError(`${where}: an alias (*…) that names nothing`, {
      remedy: "Put a value that begins with * into quotes.",
    });
  }
}

function substitute(value: unknown, environment: Environment, unset: Set<string>): unknown {
  if (typeof value === "string") {
    return value.replace(marked, (_, name: string) => {
      const found = environment[name];
      if (found === undefined || found === "") unset.add(name);
      return found ?? "";
    });
  }
  if (Array.isArray(value)) return value.map((member) => substitute(member, environment, unset));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substitute(member, environment, unset)]));
}
