import { readdirSync, readFileSync } from "node:fs";
import { propertiesOf } from "./deploy.ts";
import type { Check } from "./name-checks.ts";
import { deploySample, samples } from "./samples.ts";
import { textOf, type JsonObject, type Template } from "./template.ts";

const folder = new URL("../../../packages/sentinel/src/", import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /^[^.]+\.ts$/.test(file));

// The function reads its settings where they are named as texts.
const readByFunction = sources.flatMap(
  (file) => readFileSync(new URL(file, folder), "utf8").match(/\b(?:[A-Z]+_[A-Z_]+|AzureWebJobsStorage__\w+)\b/g) ?? [],
);

/** Settings that the host reads, not the function ("App settings reference for Azure Functions"). */
const readByHost = [
  "AzureWebJobsStorage__credential",
  "AzureWebJobsStorage__queueServiceUri",
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "languageWorkers__node__arguments",
];

/** Settings without a default, or with one that is not right in every cloud and workspace. */
const needed = [
  "SOCDEFENDERS_ENDPOINT",
  "SOCDEFENDERS_API_KEY",
  "SOCDEFENDERS_SCHEDULE",
  "SENTINEL_DESTINATIONS",
  "LOGS_INGESTION_ENDPOINT",
  "DCR_IMMUTABLE_ID",
  "DCR_STREAM",
  "HEALTH_STREAM",
  "SENTINEL_WORKSPACE_ID",
  "AZURE_CLOUD",
  "STATE_CONTAINER",
  "AzureWebJobsStorage__blobServiceUri",
  ...readByHost,
];

/** The settings that a deployment leaves behind. */
export function settingsOf(template: Template, choices: JsonObject, cloud = "AzureCloud"): JsonObject {
  const made = deploySample(template, choices, { cloud }).resources.find(({ type }) => type === "Microsoft.Web/sites/config");
  if (made === undefined) throw new Error("no settings are deployed");
  return propertiesOf(made);
}

/** Each setting is one that the function or its host reads. `FUNCTIONS_EXTENSION_VERSION` was there before. */
const unknownSettings: Check = (template) => {
  const known = new Set(["FUNCTIONS_EXTENSION_VERSION", ...readByHost, ...readByFunction]);
  const names = Object.values(samples).flatMap((choices) => Object.keys(settingsOf(template, choices)));
  return [...new Set(names)].filter((name) => !known.has(name)).map((name) => `${name} is read by nobody`);
};

const missingSettings: Check = (template) =>
  Object.values(samples).flatMap((choices) => {
    const settings = settingsOf(template, choices);
    return needed.filter((name) => !settings[name]).map((name) => `${name} is not set`);
  });

/** Settings are texts, and the key is a reference to the vault. */
const settingValues: Check = (template) =>
  Object.entries(settingsOf(template, {})).flatMap(([name, value]) => [
    ...(typeof value === "string" ? [] : [`${name} is no text`]),
    ...(textOf(value).includes("a-secret-key") ? [`${name} shows the key`] : []),
    ...(name === "SOCDEFENDERS_API_KEY" &&
    !/^@Microsoft\.KeyVault\(SecretUri=https:\/\/[^/]+\/secrets\/[\w-]+\/\)$/.test(textOf(value))
      ? [`${name} is no reference`]
      : []),
  ]);

export const settingChecks = { unknownSettings, missingSettings, settingValues };
