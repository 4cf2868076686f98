import { MultiBar, Presets, type SingleBar } from "cli-progress";

/** Shows how far each target is. */
export interface Progress {
  /** `done` of `total`, in whatever unit the caller counts; `note` stands behind the bar. */
  update(target: string, done: number, total: number, note: string): void;
  stop(): void;
}

/** Bars on a terminal, one a target; nothing at all without one. */
export function createProgress(stream: NodeJS.WriteStream | undefined): Progress {
  if (stream === undefined) return { update: () => undefined, stop: () => undefined };
  const bars = new MultiBar(
    { stream, format: "{target} {bar} {percentage}% {note}", hideCursor: true, clearOnComplete: false },
    Presets.shades_classic,
  );
  const byTarget = new Map<string, SingleBar>();
  return {
    update(target, done, total, note) {
      const label = { target: target.padEnd(10), note };
      const bar = byTarget.get(target) ?? bars.create(total, 0, label);
      byTarget.set(target, bar);
      bar.setTotal(total);
      bar.update(done, label);
    },
    stop: () => bars.stop(),
  };
}
