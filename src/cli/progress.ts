import { Presets, SingleBar } from 'cli-progress'

export type ProgressBar = { advance(by: number): void; set(value: number, phase?: string): void; stop(): void }

/** A bar on stderr where a person watches; silent in pipes, so that output stays clean. */
export function progressBar(label: string, total: number): ProgressBar {
  if (!process.stderr.isTTY) return { advance() {}, set() {}, stop() {} }
  const bar = new SingleBar(
    {
      format: `${label} {bar} {percentage} % {phase}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_grey,
  )
  bar.start(total, 0, { phase: '' })
  return {
    advance: (by) => bar.increment(by),
    set: (value, phase = '') => bar.update(value, { phase }),
    stop: () => bar.stop(),
  }
}
