import { badRequest } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import type { DatasetVersion } from '../datasets/schema.ts'
import type { DatasetRule } from './schema.ts'

type Table = Pick<DatasetVersion, 'name' | 'digest' | 'rows' | 'columns'>

/** The one table that a protocol pins, for an evaluation that names none. */
export function pinnedDataset(rules: readonly DatasetRule[] = []): Digest | undefined {
  const [only, ...others] = rules
  return only && 'digest' in only && others.length === 0 ? only.digest : undefined
}

/**
 * Refuses a table that no rule of the protocol admits, with what each of them misses. Without rules every table is admitted. A table
 * that is not stored as a dataset has a digest and nothing that coverage could be read from.
 */
export function demandAdmitted(rules: readonly DatasetRule[] | undefined, table: Table | { digest: Digest }): void {
  if (rules === undefined) return
  const missing = rules.map((rule) => missingOf(rule, table))
  if (missing.some((one) => one.length === 0)) return
  const [first = []] = missing
  throw badRequest(
    missing.length === 1
      ? `the protocol admits no such table: ${first.join('; ')}`
      : `the protocol admits no such table: ${missing.map((one, at) => `rule ${at + 1} misses: ${one.join('; ')}`).join('. ')}`,
    { rule: 'protocol-datasets' },
  )
}

function missingOf(rule: DatasetRule, table: Table | { digest: Digest }): string[] {
  if ('digest' in rule) return rule.digest === table.digest ? [] : [`it is not ${rule.digest}`]
  if (!('columns' in table)) return ['the table is not stored as a dataset, so its coverage is not known']
  const columns = new Map(table.columns.map((column) => [column.name, column]))
  const { name, rows = 0, columns: needed = [], distinct = {}, missing = {} } = rule
  return [
    ...(name !== undefined && name !== table.name ? [`it is a version of ${table.name}, not of ${name}`] : []),
    ...(table.rows < rows ? [`it has ${table.rows} rows, not ${rows}`] : []),
    ...[...new Set([...needed, ...Object.keys(distinct), ...Object.keys(missing)])]
      .filter((each) => !columns.has(each))
      .map((each) => `it has no column ${each}`),
    ...Object.entries(distinct).flatMap(([each, least]) => {
      const found = columns.get(each)?.distinct
      return found !== undefined && found < least ? [`${each} has ${found} distinct values, not ${least}`] : []
    }),
    ...Object.entries(missing).flatMap(([each, most]) => {
      const share = (columns.get(each)?.missing ?? 0) / Math.max(1, table.rows)
      return share > most ? [`${percent(share)} of ${each} is missing, more than ${percent(most)}`] : []
    }),
  ]
}

const percent = (share: number) => `${Math.round(share * 1000) / 10} %`
