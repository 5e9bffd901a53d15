import { styleText } from 'node:util'
import type { RequirementState } from '../modules/policy/schema.ts'

type Style = Parameters<typeof styleText>[0]

/** Colours only where a person reads; the shapes carry the state everywhere. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

const tones: Record<RequirementState, { shape: string; word: string; style: Style }> = {
  met: { shape: '●', word: 'met', style: 'green' },
  attention: { shape: '▲', word: 'attention', style: 'yellow' },
  blocked: { shape: '◆', word: 'blocked', style: 'red' },
  waiting: { shape: '○', word: 'waiting', style: 'magenta' },
  unknown: { shape: '□', word: 'unknown', style: 'gray' },
}

/** The five tones of the product: a shape and a word each. */
export function tone(state: RequirementState): string {
  const { shape, word, style } = tones[state]
  return styled(style, `${shape} ${word.padEnd(9)}`)
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** For the person, beside what a program reads. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Breaks a text at blanks so that it fits an indented column of the terminal. */
export function wrapped(text: string, indent: number, width = Math.min(process.stdout.columns ?? 100, 110)): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width - indent) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.join(`\n${' '.repeat(indent)}`)
}

/** A size as people read it, in powers of a thousand. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const size = bytes / 1000 ** power
  return `${power === 0 ? size : size.toFixed(1)} ${units[power]}`
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
