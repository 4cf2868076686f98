import { buildSchema, parse, validate, type GraphQLSchema } from "graphql";
import { openctiDefinitions } from "./opencti-definitions.ts";

export type OpenctiVersion = keyof typeof openctiDefinitions;

/** The platform versions whose schemas are here, the oldest first. */
export const openctiVersions = Object.keys(openctiDefinitions) as readonly OpenctiVersion[];

const schemas = new Map<OpenctiVersion, GraphQLSchema>();

/** The part of a version's schema that a connector meets, as the platform itself defines it. */
export function openctiSchema(version: OpenctiVersion): GraphQLSchema {
  const schema = schemas.get(version) ?? buildSchema(openctiDefinitions[version]);
  schemas.set(version, schema);
  return schema;
}

/** What is wrong with a GraphQL document in the eyes of a platform version; nothing where it is valid. */
export function checkOpenctiDocument(document: string, version: OpenctiVersion): readonly string[] {
  return validate(openctiSchema(version), parse(document)).map(({ message }) => message);
}
