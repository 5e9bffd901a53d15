import { useState } from 'react'
import type { Column } from './DataTable.tsx'
import type { Exportable } from './export.ts'

type Direction = 'ascending' | 'descending'
export type Sorting = { sort: string; direction: Direction }

/** Rows that are all here, sorted by the column one chooses; a second choice turns them round. Values that are missing come last. */
export function useSorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], initial?: Sorting) {
  const [sorting, setSorting] = useState(initial)
  const column = columns.find(({ sort }) => sort !== undefined && sort === sorting?.sort)
  const sign = sorting?.direction === 'descending' ? -1 : 1
  const sorted = column ? rows.toSorted((a, b) => compare(column.value(a), column.value(b), sign)) : rows
  const onSort = (sort: string) =>
    setSorting((old) => ({
      sort,
      direction: old?.sort === sort && old.direction === 'descending' ? 'ascending' : 'descending',
    }))
  return { rows: sorted, sort: sorting?.sort, direction: sorting?.direction, onSort }
}

function compare(a: Exportable, b: Exportable, sign: 1 | -1): number {
  const [noA, noB] = [a === null || a === undefined, b === null || b === undefined]
  if (noA || noB) return Number(noA) - Number(noB)
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
  return sign * String(a).localeCompare(String(b), 'en', { numeric: true })
}
