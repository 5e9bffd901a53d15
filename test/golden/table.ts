import type { Files, GoldenInput } from './cases.ts'

export type Columns = {
  readonly length: number
  readonly text: (name: string) => string[]
  readonly numbers: (expression: string) => Float64Array
}

/** Rows of the case's file after its `where`. */
export function columnsOf(files: Files, { file = '', where = {} }: GoldenInput): Columns {
  const { header, rows } = files.table(file)
  const kept = rows.filter((row) => Object.entries(where).every(([name, value]) => row[header.indexOf(name)] === value))
  const text = (name: string) => {
    const place = header.indexOf(name)
    return kept.map((row) => row[place] ?? '')
  }
  return { length: kept.length, text, numbers: (expression) => evaluate(text, expression) }
}

/** A numeric column, one minus a column (`1 - name`), or 1 where a column reaches a threshold (`(name >= t)`). */
function evaluate(text: (name: string) => string[], expression: string): Float64Array {
  const [, name = '', threshold = ''] = /^\((\w+) >= ([\d.]+)\)$/.exec(expression) ?? []
  if (name) return Float64Array.from(text(name), (cell) => (Number(cell) >= Number(threshold) ? 1 : 0))
  const complement = expression.startsWith('1 - ')
  return Float64Array.from(text(complement ? expression.slice(4) : expression), (cell) =>
    complement ? 1 - Number(cell) : Number(cell),
  )
}

/** Labels, predictions and scores of a case, by its column expressions. */
export function scored(files: Files, input: GoldenInput) {
  const columns = columnsOf(files, input)
  const named = (role: string) => columns.numbers(input.columns?.[role] ?? role)
  return {
    columns,
    y: Uint8Array.from(named('y_true')),
    predicted: Uint8Array.from(named('y_pred')),
    score: named('score'),
  }
}
