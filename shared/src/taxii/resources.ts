import { z } from "zod";

/** What a TAXII server says of itself (TAXII 2.1 §4.1.1); everything is optional, since servers leave out what the standard demands. */
export interface Discovery {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly contact?: string | undefined;
  readonly default?: string | undefined;
  readonly api_roots?: readonly string[] | undefined;
}

/** TAXII 2.1 §4.2.1. `versions` and `max_content_length` are demanded there and left out by many. */
export interface ApiRoot {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly versions?: readonly string[] | undefined;
  readonly max_content_length?: number | undefined;
}

/** TAXII 2.1 §5.2.1. Ids need not be UUIDs: this vendor's are not. */
export interface Collection {
  readonly id: string;
  readonly title: string;
  readonly alias?: string | undefined;
  readonly description?: string | undefined;
  readonly can_read: boolean;
  readonly can_write?: boolean | undefined;
  readonly media_types?: readonly string[] | undefined;
}

/** One version of one object, without the object (TAXII 2.1 §5.3.1). */
export interface ManifestRecord {
  readonly id: string;
  readonly date_added: string;
  readonly version: string;
  readonly media_type?: string | undefined;
}

/** A page of records or objects. `next` of a manifest is left out by the standard (a known erratum) and sent by servers. */
interface Envelope<Member> {
  readonly objects?: readonly Member[] | undefined;
  readonly more?: boolean | undefined;
  readonly next?: string | undefined;
}

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
/** An optional property of the wrong type costs the property, not the resource. */
const lenient = <T extends z.ZodType>(schema: T) => optional(schema).catch(undefined);

export const discoverySchema: z.ZodType<Discovery> = z.object({
  title: lenient(z.string()),
  description: lenient(z.string()),
  contact: lenient(z.string()),
  default: optional(z.string()),
  api_roots: optional(z.array(z.string())),
});

export const apiRootSchema: z.ZodType<ApiRoot> = z.object({
  title: lenient(z.string()),
  description: lenient(z.string()),
  versions: lenient(z.array(z.string())),
  max_content_length: lenient(z.number()),
});

export const collectionSchema: z.ZodType<Collection> = z.object({
  id: z.string(),
  title: optional(z.string()).transform((title) => title ?? ""),
  alias: lenient(z.string()),
  description: lenient(z.string()),
  can_read: optional(z.boolean()).transform((canRead) => canRead ?? true),
  can_write: lenient(z.boolean()),
  media_types: lenient(z.array(z.string())),
});

const mostCollections = 10_000;

// Members are read one by one: one that is none costs no other. An error with status 200 is no list without members.
export const collectionsSchema: z.ZodType<{ readonly collections?: readonly unknown[] | undefined }> = z
  .looseObject({ collections: optional(z.array(z.unknown()).max(mostCollections)) })
  .refine((body) => "collections" in body || Object.keys(body).length === 0, "no collections");

const paging = { more: optional(z.boolean()), next: optional(z.union([z.string(), z.number().transform(String)])) };

const manifestRecordSchema: z.ZodType<ManifestRecord> = z.object({
  id: z.string(),
  date_added: z.string(),
  version: z.string(),
  media_type: lenient(z.string()),
});

export const manifestSchema: z.ZodType<Envelope<ManifestRecord>> = z.object({
  objects: optional(z.array(manifestRecordSchema)),
  ...paging,
});

/** TAXII 2.1 §5.8.1. */
export const versionsSchema: z.ZodType<{ readonly versions?: readonly string[] | undefined }> = z.object({
  versions: optional(z.array(z.string())),
});

// By shape, not by `type`: the vendor's documents show a bundle here and an envelope there, and an empty page is `{}` (TAXII 2.1 §3.7).
// A body of other things only, an error with status 200 for instance, is no empty page.
export const objectsSchema: z.ZodType<Envelope<unknown>> = z
  .looseObject({ objects: optional(z.array(z.unknown())), ...paging })
  .refine(
    (body) => Object.keys(body).length === 0 || ["objects", "more", "next"].some((key) => key in body) || body["type"] === "bundle",
    "neither objects, nor more, nor next",
  );
