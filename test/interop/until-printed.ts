import type { ChildProcess } from "node:child_process";

/** Resolves once a server has printed this text; rejects with all it printed where it ends before. `name` is for the message. */
export function untilPrinted(server: ChildProcess, text: string, name: string): Promise<void> {
  let output = "";
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(text)) resolve();
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`${name} ended with ${code} before it was up:\n${output}`)));
  });
}
