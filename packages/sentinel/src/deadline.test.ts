import { setImmediate as turn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { withDeadline } from "./deadline.ts";

const never = new AbortController().signal;
const stopped = (): AbortController => new AbortController();

test("passes on what the work does in time", async () => {
  await expect(withDeadline(never, 5000, () => Promise.resolve())).resolves.toBeUndefined();
  await expect(withDeadline(never, 5000, () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
});

test("work that resolves when it is aborted has not succeeded", async () => {
  const stop = stopped();
  const running = withDeadline(
    stop.signal,
    5000,
    (deadline) => new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve())),
  );
  stop.abort(new Error("stop"));
  await expect(running).rejects.toThrow("stop");
});

test("work that was done before the limit passed but is seen after it is not known to have succeeded", async () => {
  const stop = stopped();
  const running = withDeadline(stop.signal, 5000, async () => {
    await turn();
    stop.abort(new Error("stop"));
  });
  await expect(running).rejects.toThrow("stop");
});

test("work that never looks at the signal and never ends is left behind; its failure later is nobody's", async () => {
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on("unhandledRejection", unhandled);
  const stop = stopped();
  let failLater: (error: Error) => void = () => undefined;
  const running = withDeadline(stop.signal, 5000, () => new Promise((_, reject) => (failLater = reject)));
  stop.abort(new Error("stop"));
  await expect(running).rejects.toThrow("stop");
  failLater(new Error("too late"));
  await turn();
  await turn();
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("the limit ends work that takes longer, with an error that says it was time", async () => {
  await expect(withDeadline(never, 1, () => new Promise(() => undefined))).rejects.toMatchObject({ name: "TimeoutError" });
});

test("does not begin what is stopped already", async () => {
  const work = vi.fn<() => Promise<void>>();
  await expect(withDeadline(AbortSignal.abort(new Error("stop")), 5000, work)).rejects.toThrow("stop");
  expect(work).not.toHaveBeenCalled();
});
