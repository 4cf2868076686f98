import { randomUUID } from "node:crypto";
import { access, constants, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { describeLockOwner, TargetError, type Finding, type Look } from "@socdefenders/shared";

/** Looks whether positions could be saved in the directory and whether somebody does so now. Nothing stays behind in it. */
export async function examineStateDirectory(directory: string, look: Look): Promise<void> {
  await look("writable", () => examineWriting(directory));
  await look("lock", () => examineLock(directory));
}

async function examineWriting(directory: string): Promise<Finding> {
  try {
    if (!(await isThere(directory))) {
      await access(await nearestThere(directory), constants.W_OK);
      return { message: `${directory} is not there yet: the first run makes it` };
    }
    // Permissions do not tell of a full disk or of one that is mounted read-only.
    const path = join(directory, `.check.${randomUUID()}.tmp`);
    await writeFile(path, "check", { mode: 0o600, flag: "wx" }).finally(() => unlink(path).catch(() => undefined));
    return { message: `${directory} can be written to` };
  } catch (cause) {
    throw new TargetError(`${directory} cannot be written to: ${(cause as Error).message}`, {
      remedy: "Make the directory writable for the user of this process and see that the disk has room.",
      cause,
    });
  }
}

async function examineLock(directory: string): Promise<Finding> {
  const owner = await describeLockOwner(directory);
  if (owner === undefined) return { message: "free" };
  return { message: `held by ${owner}`, remedy: "Leave it, where that is the service; else stop it: no other run can start." };
}

async function nearestThere(directory: string): Promise<string> {
  const parent = dirname(resolve(directory));
  return parent === resolve(directory) || (await isThere(parent)) ? parent : nearestThere(parent);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
