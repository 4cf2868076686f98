import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { kill, pid } from "node:process";
import { z } from "zod";

/** A lock file as it was found. */
export interface FoundClaim {
  readonly path: string;
  readonly number: number;
  /** Undefined where the file is not (yet) complete. */
  readonly owner?: Owner | undefined;
  /** Milliseconds since its last sign of life. */
  readonly silentMs: number;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Linux: the boot and the process namespace (container) in which `pid` means something; empty elsewhere. */
  readonly boot_id: string;
  readonly pid_namespace: string;
  readonly started_at: string;
  readonly token: string;
}

const ownerSchema: z.ZodType<Owner> = z.object({
  pid: z.int().positive(),
  host: z.string(),
  boot_id: z.string(),
  pid_namespace: z.string(),
  started_at: z.string(),
  token: z.string(),
});

const longestSilenceMs = 180_000;
const ownTokens = new Set<string>();

/** What this process writes into its lock file. */
export function ownClaim(): string {
  const token = randomUUID();
  ownTokens.add(token);
  return `${JSON.stringify({ pid, ...whereabouts(), started_at: new Date().toISOString(), token })}\n`;
}

/** Reads a lock file; undefined where it is gone by now. */
export async function readClaim(path: string, number: number): Promise<FoundClaim | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return { path, number, owner: parseOwner(text), silentMs: Date.now() - mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parseOwner(text: string): FoundClaim["owner"] {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Whether the owner is known to be gone: its process on this boot, its boot on this host, or by its long silence. */
export function isDead({ owner, silentMs }: FoundClaim): boolean {
  if (silentMs > longestSilenceMs) return true;
  const here = whereabouts();
  if (owner === undefined || owner.host !== here.host) return false;
  if (owner.boot_id !== here.boot_id) return true;
  return owner.pid_namespace === here.pid_namespace && !isAlive(owner.pid, owner.token);
}

/** The pid of a process that started after the owner's end, as 1 in a restarted container, may be this process's own. */
function isAlive(owner: number, token: string): boolean {
  if (owner === pid) return ownTokens.has(token);
  try {
    return kill(owner, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The owner for a message: `process 123 on host, started 2026-05-01T00:00:00.000Z, last sign of life 4 s ago`. */
export function describeOwner({ owner, silentMs, path }: FoundClaim): string {
  const silence = `last sign of life ${Math.max(0, Math.round(silentMs / 1000))} s ago`;
  if (owner === undefined) return `${path}, ${silence}`;
  return `process ${owner.pid} on ${owner.host}, started ${owner.started_at}, ${silence}`;
}

function whereabouts(): { host: string; boot_id: string; pid_namespace: string } {
  return {
    host: hostname(),
    boot_id: orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    pid_namespace: orEmpty(() => readlinkSync("/proc/self/ns/pid")),
  };
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
