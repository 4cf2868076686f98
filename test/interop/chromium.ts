import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The chromium of this machine, without a window. Throws with how to get it where there is none. */
export function startChromium(): Promise<Browser> {
  const places = (process.env["PATH"] ?? "").split(delimiter).flatMap((directory) => names.map((name) => join(directory, name)));
  const executablePath = places.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error("chromium is missing; get it with: apt-get install -y --no-install-recommends chromium fonts-dejavu-core");
  }
  // Its sandbox does not work for root.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}
