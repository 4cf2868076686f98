import { open } from "node:fs/promises";

/**
 * Appends whole lines to a file of mode 0600 and fsyncs; the directory must be there. A crash may have cut the last line that is there:
 * the next one does not become a part of it. Resolves with the size of the file in bytes. Throws what the file system says.
 */
export async function appendLines(path: string, lines: string): Promise<number> {
  const file = await open(path, "a+", 0o600);
  try {
    const { size } = await file.stat();
    const last = size === 0 ? undefined : (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
    await file.appendFile(last === undefined || last === "\n" ? lines : `\n${lines}`);
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}
