import { seeded } from '../../../lib/statistics/index.ts'
import { shuffle } from '../metrics/explanation/index.ts'
import type { Said } from './said.ts'

/** Row numbers, ascending: all of them, or as many as are wanted, drawn by the seed. */
export function sampleRows(n: number, wanted: number, seed: number): Uint32Array {
  if (n <= wanted) return Uint32Array.from({ length: n }, (_, i) => i)
  return shuffle(n, seeded(seed).below).slice(0, wanted).sort()
}

const picked = <T extends Uint8Array | Int32Array | Float64Array>(values: T, rows: Uint32Array, into: T): T => {
  for (const [i, row] of rows.entries()) into[i] = values[row] ?? 0
  return into
}
const floats = (values: Float64Array, rows: Uint32Array) => picked(values, rows, new Float64Array(rows.length))

/** What was said of some of the rows. */
export function takeSaid(said: Said, rows: Uint32Array): Said {
  switch (said.task) {
    case 'binary':
      return {
        ...said,
        y: picked(said.y, rows, new Uint8Array(rows.length)),
        score: floats(said.score, rows),
        predicted: picked(said.predicted, rows, new Uint8Array(rows.length)),
      }
    case 'scores':
      return { ...said, predicted: picked(said.predicted, rows, new Uint8Array(rows.length)) }
    case 'multiclass':
      return {
        ...said,
        y: picked(said.y, rows, new Int32Array(rows.length)),
        predicted: picked(said.predicted, rows, new Int32Array(rows.length)),
        scores: said.scores?.map((score) => floats(score, rows)) ?? null,
      }
    case 'regression':
      return { ...said, y: floats(said.y, rows), predicted: floats(said.predicted, rows) }
  }
}
