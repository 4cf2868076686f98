import { TextDecoder } from "node:util";
import { ConfigurationError } from "@socdefenders/shared";
import sax from "sax";

/** What splunkd hands to a modular input on standard input: its own address, a session key, and the stanzas to run. */
export interface ModularInput {
  readonly serverUri: string;
  readonly sessionKey: string;
  readonly checkpointDirectory: string;
  readonly stanzas: readonly Stanza[];
}

/** One configured input: `socdefenders://<name>` and its parameters; a list parameter is joined with commas. */
export interface Stanza {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const largestCharacters = 10_000_000;

/**
 * Reads the `<input>` document of a run or the `<items>` document of a validation (Splunk, "Create a modular input") until it is closed
 * or the bytes end, whichever comes first: splunkd may keep the pipe open. Throws ConfigurationError.
 */
export async function readModularInput(bytes: AsyncIterable<Uint8Array>): Promise<ModularInput> {
  const reader = createReader();
  const decode = createDecoder();
  for await (const chunk of bytes) {
    reader.write(decode(chunk));
    if (reader.isClosed()) return reader.result();
  }
  reader.write(decode());
  return reader.end();
}

/**
 * The byte order mark decides about the encoding, since documents are seen that declare another one than they have. Without bytes
 * it is the end.
 */
function createDecoder(): (chunk?: Uint8Array) => string {
  let start = Buffer.alloc(0);
  let decoder: TextDecoder | undefined;
  return (chunk) => {
    if (decoder !== undefined) return decoder.decode(chunk, { stream: chunk !== undefined });
    start = Buffer.concat([start, chunk ?? Buffer.alloc(0)]);
    if (chunk !== undefined && start.length < 2) return "";
    const [first, second] = start;
    const encoding = first === 0xfe && second === 0xff ? "utf-16be" : first === 0xff && second === 0xfe ? "utf-16le" : "utf-8";
    decoder = new TextDecoder(encoding);
    return decoder.decode(start, { stream: chunk !== undefined });
  };
}

interface Reader {
  write(text: string): void;
  /** The root element was closed. */
  isClosed(): boolean;
  result(): ModularInput;
  /** The same at the end of the bytes; throws where the document is cut off. */
  end(): ModularInput;
}

/** A strict streaming parser that expands no entity but XML's own five, so that a document cannot grow. */
function createReader(): Reader {
  const found = { server_uri: "", session_key: "", checkpoint_dir: "" };
  const stanzas: { name: string; parameters: Record<string, string> }[] = [];
  const parser = sax.parser(true);
  let text = "";
  let parameter = "";
  let depth = 0;
  let isClosed = false;
  let characters = 0;
  parser.onopentag = ({ name, attributes }) => {
    depth += 1;
    text = "";
    const { name: given = "" } = attributes;
    const named = typeof given === "string" ? given : given.value;
    if (name === "stanza" || name === "item") stanzas.push({ name: named, parameters: {} });
    if (name === "param" || name === "param_list") parameter = named;
  };
  parser.ontext = parser.oncdata = (piece) => (text += piece);
  parser.onclosetag = (name) => {
    depth -= 1;
    isClosed = depth === 0;
    const parameters = stanzas.at(-1)?.parameters;
    if (name === "server_uri" || name === "session_key" || name === "checkpoint_dir") found[name] = text.trim();
    else if (name === "param" && parameters !== undefined) parameters[parameter] = text.trim();
    else if (name === "value" && parameters !== undefined) {
      parameters[parameter] = [parameters[parameter], text.trim()].filter((part) => part !== undefined).join(",");
    }
    text = "";
  };
  parser.onerror = (cause) => {
    // The content may hold a session key: only the parser's own first line is told.
    throw notInput(cause.message.split("\n")[0] ?? "", cause);
  };
  const result = (): ModularInput => ({
    serverUri: found.server_uri,
    sessionKey: found.session_key,
    checkpointDirectory: found.checkpoint_dir,
    stanzas,
  });
  return {
    write(piece) {
      characters += piece.length;
      if (characters > largestCharacters) throw notInput(`more than ${largestCharacters} characters`);
      parser.write(piece);
    },
    isClosed: () => isClosed,
    result,
    end() {
      parser.close();
      if (!isClosed) throw notInput("nothing there");
      return result();
    },
  };
}

function notInput(reason: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`standard input is not the XML that splunkd sends: ${reason}`, {
    remedy: "Let splunkd start this program: it is a modular input.",
    cause,
  });
}
