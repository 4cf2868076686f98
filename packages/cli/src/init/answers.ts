import { ConfigurationError } from "@socdefenders/shared";
import { targetKinds } from "../targets.ts";
import { looksSecret } from "./looks-secret.ts";
import { has, listOf, memberOf, secretFlags, settings, type Answers, type Setting } from "./settings.ts";

/** Flags as commander gives them. */
export type GivenFlags = Readonly<Record<string, unknown>>;

/** Puts a question to a person. Undefined where there is none. */
export type Ask = ((question: string) => Promise<string>) | undefined;

const environmentRemedy =
  "Take it for known, since the shell keeps it and other users can see it: replace it, and put the new one into the environment (SOCDEFENDERS_API_KEY, SPLUNK_HEC_TOKEN, OPENCTI_TOKEN), which the configuration takes it from.";

/**
 * Every setting that the chosen targets have: from its flag, else from the person at the terminal, else its default. Throws
 * ConfigurationError naming every flag that is missing where nobody can be asked.
 */
export async function gatherAnswers(flags: GivenFlags, ask: Ask): Promise<Answers> {
  const answers: Record<string, string> = {};
  const missing: string[] = [];
  for (const setting of settings) {
    if (setting.isFor !== undefined && !setting.isFor(answers)) continue;
    const answer = flags[memberOf(setting.flag)] ?? (await askFor(setting, ask)) ?? setting.standard;
    if (typeof answer !== "string" || (answer === "" && setting.standard === undefined)) missing.push(`--${setting.flag}`);
    else answers[setting.flag] = answer;
    if (setting.flag === "target") assertTargets(answers);
  }
  if (missing.length === 0) return answers;
  throw new ConfigurationError(`not given: ${missing.join(", ")}`, {
    remedy: `Give ${missing.join(", ")}, or answer on a terminal.`,
  });
}

/** Throws ConfigurationError where a file name or a flag is a secret, or may be one; the value itself is not shown. */
export function refuseSecrets(path: string, flags: GivenFlags): void {
  if (looksSecret(path, false)) {
    throw new ConfigurationError("the name of the file looks like a secret, and is not used", { remedy: environmentRemedy });
  }
  const named = secretFlags.find((flag) => flags[memberOf(flag)] !== undefined);
  if (named !== undefined) {
    throw new ConfigurationError(`--${named}: a secret has no place on a command line`, { remedy: environmentRemedy });
  }
  const wrong = settings.find(({ flag, isId }) => looksSecret(flags[memberOf(flag)], isId === true));
  if (wrong === undefined) return;
  throw new ConfigurationError(`--${wrong.flag}: what was given looks like a secret, and is not written`, {
    remedy: environmentRemedy,
  });
}

async function askFor({ flag, what, standard, isId }: Setting, ask: Ask): Promise<string | undefined> {
  if (ask === undefined) return undefined;
  for (let note = ""; ; note = "That looks like a secret, which this file only names. ") {
    const hint = standard === undefined || standard === "" ? "" : ` [${standard}]`;
    const answer = (await ask(`${note}${flag}: ${what}${hint}: `)).trim();
    if (looksSecret(answer, isId === true)) continue;
    if (answer !== "" || standard !== undefined) return answer === "" ? standard : answer;
  }
}

function assertTargets(answers: Answers): void {
  const unknown = listOf(answers["target"]).filter((name) => !targetKinds.some((kind) => kind === name));
  const isAny = targetKinds.some((kind) => has(answers, "target", kind));
  if (isAny && unknown.length === 0) return;
  const problem = unknown.length === 0 ? "no target is given" : `no such target: ${unknown.join(", ")}`;
  throw new ConfigurationError(`--target: ${problem}`, { remedy: `Choose from: ${targetKinds.join(", ")}.` });
}
