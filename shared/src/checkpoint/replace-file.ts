import { randomUUID } from "node:crypto";
import { mkdir, open, rename, unlink, type FileHandle } from "node:fs/promises";
import { platform } from "node:os";
import { join } from "node:path";

/**
 * Writes beside, fsyncs, renames over, fsyncs the directory: a crash leaves the old file or the new one, never a part. The directory is
 * made where it is missing; the file is mode 0600. Throws what the file system says.
 */
export async function replaceFile(directory: string, name: string, content: string): Promise<void> {
  const temporary = join(directory, `.${name}.${randomUUID()}.tmp`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await withFile(temporary, "wx", async (file) => {
      await file.writeFile(content);
      await file.sync();
    });
    await rename(temporary, join(directory, name));
    // Windows has no such call for a directory; its file system journals the rename itself.
    if (platform() !== "win32") await withFile(directory, "r", (file) => file.sync());
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
