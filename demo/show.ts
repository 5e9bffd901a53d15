import { styleText } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'

type Style = Parameters<typeof styleText>[0]

export const styled = (style: Style, text: string) => styleText(style, text, { stream: process.stdout })

/** What the person who watches the demo reads: one heading a step, plain sentences below. */
export const show = {
  step(number: number, of: number, title: string) {
    process.stdout.write(`\n${styled('bold', `${number} of ${of}`)}  ${styled('bold', title)}\n`)
  },
  say(sentence: string) {
    process.stdout.write(`  ${sentence}\n`)
  },
  command(line: string) {
    process.stdout.write(`  ${styled('dim', `$ ${line}`)}\n`)
  },
  output(text: string) {
    const lines = text.trimEnd().split('\n')
    for (const line of lines) process.stdout.write(`  ${styled('dim', '│')} ${line}\n`)
  },
  /** A bar where someone watches; in a pipe, nothing until the sentence that follows. */
  async bar<T>(label: string, total: number, work: (advance: (to: number) => void) => Promise<T>): Promise<T> {
    if (!process.stdout.isTTY) return work(() => {})
    const bar = new SingleBar(
      { format: `  ${label} {bar} {percentage} %`, clearOnComplete: true, hideCursor: true },
      Presets.shades_grey,
    )
    bar.start(total, 0)
    try {
      return await work((to) => bar.update(to))
    } finally {
      bar.stop()
    }
  },
}

/** A step that did not hold; the demo ends with status 1 and this sentence. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
}

export function hold(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new DemoError(sentence)
}
