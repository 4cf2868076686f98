import { randomUUID } from "node:crypto";
import { lstat, open, readdir, rename, unlink } from "node:fs/promises";
import { platform } from "node:os";
import { join } from "node:path";
import { TargetError, unlessMissing } from "@socdefenders/shared";
import { split } from "./split.ts";
import type { Delivery, Transport } from "./transport.ts";

export interface DirectoryOptions {
  readonly path: string;
  /** Days after which this connector's own files are removed; 0 keeps them. Default of other connectors: 7. */
  readonly retentionDays: number;
  readonly connectorId: string;
  readonly connectorName: string;
  readonly connectorScope: readonly string[];
  /** Id of the user that the import counts for. */
  readonly applicant: string | null;
}

/**
 * Writes each bundle as a file that OpenCTI's import of directories reads, for platforms behind a data diode: written beside, made
 * durable, then renamed, so that no reader meets half a file. Throws TargetError where the file system refuses.
 */
export function createDirectoryTransport(options: DirectoryOptions, now: () => number = Date.now): Transport {
  const { path, retentionDays } = options;
  const prefix = options.connectorName.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "_");
  // What the names below look like, so that another connector's files in the same directory are left alone.
  const own = new RegExp(`^${prefix}-\\d{8}-\\d{6}-[0-9a-f]{8}\\.json(?:\\.tmp)?$`);

  async function removeExpired(): Promise<void> {
    if (retentionDays === 0) return;
    const limit = now() - retentionDays * 86_400_000;
    for (const name of (await readdir(path)).filter((entry) => own.test(entry))) {
      await removeIfOlder(join(path, name), limit);
    }
  }

  return {
    async send(delivery) {
      const { parts, dropped } = split(delivery.objects);
      if (parts.length === 0) return dropped;
      const objects = parts.map(({ object }) => object);
      const time = new Date(now())
        .toISOString()
        .replaceAll(/[-:]|\..*/g, "")
        .replace("T", "-");
      try {
        await removeExpired();
        await writeDurably(path, `${prefix}-${time}-${randomUUID().slice(0, 8)}.json`, toFile({ ...delivery, objects }, options));
      } catch (cause) {
        throw new TargetError(`${path}: ${(cause as Error).message}`, {
          remedy: "Check that the directory of CONNECTOR_SEND_TO_DIRECTORY_PATH is there, writable and not full.",
          cause,
        });
      }
      return dropped;
    },
    close: () => Promise.resolve(),
  };
}

/** Whoever imports the files may take one away in the meantime. */
async function removeIfOlder(file: string, limit: number): Promise<void> {
  const entry = await lstat(file).catch(unlessMissing(undefined));
  if (entry !== undefined && entry.mtimeMs < limit) await unlink(file).catch(unlessMissing(undefined));
}

function toFile({ id, objects }: Delivery, { applicant, connectorId, connectorName, connectorScope }: DirectoryOptions): string {
  return JSON.stringify({
    bundle_type: "DIRECTORY_BUNDLE",
    applicant_id: applicant,
    connector: {
      id: connectorId,
      name: connectorName,
      type: "EXTERNAL_IMPORT",
      scope: connectorScope,
      auto: false,
      validate_before_import: false,
    },
    entities_types: [],
    bundle: { type: "bundle", id, spec_version: "2.1", objects },
    update: false,
  });
}

async function writeDurably(directory: string, name: string, content: string): Promise<void> {
  const temporary = join(directory, `${name}.tmp`);
  const file = await open(temporary, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await unlink(temporary);
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, join(directory, name));
  // Without it a power cut may take the name away again. Windows has no such call for a directory.
  if (platform() !== "win32") await syncDirectory(directory);
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
