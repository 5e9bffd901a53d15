/** Inputs of a model by column; all columns have `rows` values. Numbers, or texts, or null where a value is missing. */
export type Frame = {
  readonly rows: number
  readonly columns: readonly Column[]
}
export type Column = { readonly name: string; readonly values: readonly unknown[] | Float64Array }

/** What a model says about every row, whatever stands beside it: one number each, such as the probability of the favourable class. */
export type Predict = (frame: Frame) => Promise<Float64Array>

/** Rows that go to the model at once; larger frames are cut. */
export const batchRows = 65_536

/** The same frame with other values in one column. */
export const withColumn = ({ rows, columns }: Frame, place: number, values: Column['values']): Frame => ({
  rows,
  columns: columns.map((column, i) => (i === place ? { name: column.name, values } : column)),
})

/** Rows of a frame in the order that is asked for; a row may be taken more than once. */
export function takeRows({ columns }: Frame, wanted: ArrayLike<number>): Frame {
  return { rows: wanted.length, columns: columns.map(({ name, values }) => ({ name, values: take(values, wanted) })) }
}

export function take(values: Column['values'], wanted: ArrayLike<number>): Column['values'] {
  if (values instanceof Float64Array) {
    const taken = new Float64Array(wanted.length)
    for (let i = 0; i < wanted.length; i++) taken[i] = values[wanted[i] ?? 0] ?? Number.NaN
    return taken
  }
  return Array.from({ length: wanted.length }, (_, i) => values[wanted[i] ?? 0] ?? null)
}
