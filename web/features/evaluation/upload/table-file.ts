import { type DatasetVersion, TableFormat } from '../../../../src/modules/datasets/schema.ts'

type Format = DatasetVersion['format']
export type TableFile =
  | { readonly outcome: 'table'; readonly name: string; readonly format: Format }
  | { readonly outcome: 'refused'; readonly reason: string }

/** What a file is by its name; whether it is that, the server finds out. */
export function tableFile({ name, size }: { name: string; size: number }): TableFile {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const format = TableFormat.safeParse(ending)
  if (!format.success) {
    return { outcome: 'refused', reason: `${name} is no table: choose a file that ends in .csv, .parquet or .json.` }
  }
  if (size === 0) return { outcome: 'refused', reason: `${name} is empty.` }
  const stem = name.slice(0, -ending.length - 1).replace(/[^\w .-]/g, '-')
  return { outcome: 'table', name: stem.replace(/^\W+/, '').slice(0, 200) || 'table', format: format.data }
}
