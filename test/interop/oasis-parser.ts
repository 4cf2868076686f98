import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  ATNDeserializer,
  BailErrorStrategy,
  CharStream,
  CommonTokenStream,
  LexerInterpreter,
  ParseCancellationException,
  ParserInterpreter,
  Vocabulary,
  type ATN,
} from "antlr4ng";
import { pythonEnvironment } from "./python.ts";

/** Prints the tables ANTLR made of OASIS's `STIXPattern.g4`, as the package that OASIS publishes carries them. */
const exportTables = `
import json
from stix2patterns.v21.grammars import STIXPatternLexer as lexer, STIXPatternParser as parser
def tables(module, kind):
    return {"atn": module.serializedATN(), "rules": kind.ruleNames, "literals": kind.literalNames, "symbols": kind.symbolicNames}
print(json.dumps({
    "lexer": {**tables(lexer, lexer.STIXPatternLexer), "channels": lexer.STIXPatternLexer.channelNames, "modes": lexer.STIXPatternLexer.modeNames},
    "parser": tables(parser, parser.STIXPatternParser),
}))
`;

const name = "STIXPattern";

interface Tables {
  readonly atn: number[];
  readonly rules: string[];
  readonly literals: string[];
  readonly symbols: string[];
}

/** Whether a text is a pattern by OASIS's own grammar, the one of `stix2-patterns` for STIX 2.1. Grammar only, no semantic checks. */
export async function openOasisParser(): Promise<(text: string) => boolean> {
  const python = await pythonEnvironment(["stix2-patterns==2.1.2", "antlr4-python3-runtime==4.13.2"]);
  const { stdout } = await promisify(execFile)(python, ["-c", exportTables]);
  const tables = JSON.parse(stdout) as { lexer: Tables & { channels: string[]; modes: string[] }; parser: Tables };
  const lexer = createLexer(tables.lexer);
  const parser = createParser(tables.parser, lexer);
  // Made once: what they learn of the grammar while reading one text makes the next one fast.
  return (text) => {
    // In this order: to be given a stream, the parser rewinds the one it had, which reads from the lexer.
    parser.tokenStream = new CommonTokenStream(lexer);
    lexer.inputStream = CharStream.fromString(text);
    try {
      parser.parse(0);
      return true;
    } catch (error) {
      if (error instanceof ParseCancellationException) return false;
      throw error;
    }
  };
}

function createLexer(tables: Tables & { channels: string[]; modes: string[] }): LexerInterpreter {
  const { rules, channels, modes } = tables;
  const nothing = CharStream.fromString("");
  const lexer = new LexerInterpreter(name, vocabulary(tables), rules, channels, modes, read(tables), nothing);
  lexer.removeErrorListeners();
  return lexer;
}

function createParser(tables: Tables, lexer: LexerInterpreter): ParserInterpreter {
  const parser = new ParserInterpreter(name, vocabulary(tables), tables.rules, read(tables), new CommonTokenStream(lexer));
  parser.removeErrorListeners();
  parser.errorHandler = new BailErrorStrategy();
  parser.buildParseTrees = false;
  return parser;
}

function read({ atn }: Tables): ATN {
  return new ATNDeserializer().deserialize(atn);
}

function vocabulary({ literals, symbols }: Tables): Vocabulary {
  const named = (names: string[]): (string | null)[] => names.map((name) => (name === "<INVALID>" ? null : name));
  return new Vocabulary(named(literals), named(symbols));
}
