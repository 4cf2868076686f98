/** What stands below the options of a command's help: examples and exit codes. */
export function helpOf(command: keyof typeof helpTexts): string {
  const { examples, exitCodes } = helpTexts[command];
  return `\nExamples:\n${examples.map((line) => `  ${line}\n`).join("")}\nExit codes: ${exitCodes}`;
}

const helpTexts = {
  check: {
    examples: [
      "socdefenders check config.yaml",
      "socdefenders check config.yaml --only splunk",
      "socdefenders check config.yaml --json | jq 'select(.status != \"ok\")'",
    ],
    exitCodes:
      "0 all is well or worth a warning, 2 configuration, 3 feed, 4 target or state directory; the first line that failed decides",
  },
  init: {
    examples: [
      "socdefenders init",
      "socdefenders init config.yaml --target splunk --splunk-endpoint https://splunk:8088",
      "socdefenders init --target sentinel --sentinel-endpoint https://… --sentinel-rule-id dcr-…",
    ],
    exitCodes: "0 written, 2 nothing written: a value is missing or wrong, a secret was given, or the file is there already",
  },
  status: {
    examples: [
      "socdefenders status config.yaml",
      "socdefenders status config.yaml --json | jq '.positions[] | {target, lag_seconds}'",
      "socdefenders status config.yaml --serve --port 8400   # prints http://127.0.0.1:8400/",
    ],
    exitCodes: "0 shown, whatever it says, or stopped by SIGTERM; 2 configuration, or the port is taken; 130 interrupted",
  },
  schema: {
    examples: [
      "socdefenders schema > socdefenders.schema.json",
      "# then, as the first line of config.yaml:",
      "# yaml-language-server: $schema=socdefenders.schema.json",
    ],
    exitCodes: "0 done",
  },
} as const;
