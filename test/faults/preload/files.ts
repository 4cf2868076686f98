import files, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";
import type { InnerPoint, Plan } from "../plan.ts";
import type { Moments } from "./moments.ts";

interface Kind {
  readonly pattern: RegExp;
  readonly opened?: InnerPoint;
  readonly half?: InnerPoint;
  readonly written?: InnerPoint;
}

const kinds: readonly Kind[] = [
  { pattern: /^\..+\.json\.[0-9a-f-]+\.tmp$/, opened: "position-opened", half: "position-half" },
  { pattern: /\.lock$/, opened: "lock-opened", written: "lock-held" },
  { pattern: /^dead-letter\./, half: "dead-letter-half", written: "dead-letter-written" },
  { pattern: /^budget-/, written: "budget-written" },
];

type Write = (content: string) => Promise<void>;

/** Tells of what is written to the state directory, and lets it fail from a moment on. */
export function watchFiles({ disk }: Plan, moments: Moments): void {
  const { open, rename, appendFile, mkdir, unlink, utimes } = files;
  const { come } = moments;
  let isBroken = false;
  if (disk !== undefined) moments.at(disk.from, () => (isBroken = true));
  // A full disk still lets files be removed and times be changed, one that is read-only does not.
  const refuse = (isFreeing: boolean): void => {
    if (!isBroken || disk === undefined || (isFreeing && disk.code === "ENOSPC")) return;
    throw Object.assign(new Error(`${disk.code}: simulated`), { code: disk.code });
  };

  const watched =
    (write: Write, kind: Kind | undefined): Write =>
    async (content) => {
      const half = content.slice(0, content.length / 2);
      if (isBroken && disk?.code === "ENOSPC") await write(half);
      refuse(false);
      if (kind?.half !== undefined && moments.isNext(kind.half)) await write(half);
      if (kind?.half !== undefined) come(kind.half);
      await write(content);
      if (kind?.written !== undefined) come(kind.written);
    };

  function watchHandle(handle: FileHandle, kind: Kind | undefined): FileHandle {
    const write = handle.writeFile.bind(handle) as Write;
    const append = handle.appendFile.bind(handle) as Write;
    return Object.assign(handle, { writeFile: watched(write, kind), appendFile: watched(append, kind) });
  }

  files.open = async (path, flags, mode) => {
    const isWriting = flags !== undefined && flags !== "r";
    if (isWriting && disk?.code !== "ENOSPC") refuse(false);
    const handle = await open(path, flags, mode);
    if (!isWriting) return handle;
    const kind = kindOf(String(path));
    if (kind?.opened !== undefined) come(kind.opened);
    return watchHandle(handle, kind);
  };
  files.appendFile = (async (path: string, content: string, options: { mode: number }) =>
    watched((text) => appendFile(path, text, options), kindOf(path))(content)) as typeof appendFile;
  files.rename = async (from, to) => {
    const isPosition = kindOf(String(from))?.half === "position-half";
    if (isPosition) come("before-rename");
    refuse(true);
    await rename(from, to);
    if (isPosition) come("after-rename");
  };
  files.mkdir = (async (path: string, options: { recursive: true; mode: number }) => {
    await mkdir(path, options);
    refuse(true);
  }) as typeof mkdir;
  files.unlink = async (path) => {
    refuse(true);
    return unlink(path);
  };
  files.utimes = async (path, accessed, modified) => {
    refuse(true);
    return utimes(path, accessed, modified);
  };
  syncBuiltinESMExports();
}

const kindOf = (path: string): Kind | undefined => kinds.find(({ pattern }) => pattern.test(basename(path)));
