import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from './Button.tsx'
import styles from './DataTable.module.css'
import { type Exportable, exportCsv, exportJson } from './export.ts'
import { useKeys } from './keys.ts'
import { ScrollRegion } from './ScrollRegion.tsx'
import { counted } from './Voice.tsx'

export type Column<Row> = {
  key: string
  header: string
  cell: (row: Row) => ReactNode
  /** What an export holds for this cell. */
  value: (row: Row) => Exportable
  align?: 'left' | 'right'
  /** The server can sort by this column under this name. */
  sort?: string
  hideNarrow?: boolean
  /** A part of what another cell shows, such as an interval: a column of its own in a file, and none on the page. */
  fileOnly?: boolean
}

type Props<Row> = {
  /** Names the table for those who cannot see it, and the exported file. */
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  unit: string
  units?: string
  total?: number
  sort?: string | undefined
  direction?: 'ascending' | 'descending' | undefined
  onSort?: (sort: string) => void
  /** Keys of the rows chosen for an action; without it nothing can be chosen. */
  chosen?: ReadonlySet<string>
  onChoose?: (chosen: ReadonlySet<string>) => void
  onOpen?: (row: Row) => void
  onPeek?: (row: Row) => void
  selected?: string | undefined
  keyboard?: boolean
  empty?: ReactNode
  more?: ReactNode
}

/** The one table: hover and keyboard selection, server-side sort, export of exactly what is seen. */
export function DataTable<Row>(props: Props<Row>) {
  const { rows, rowKey, onOpen, onPeek, keyboard = true } = props
  const columns = props.columns.filter(({ fileOnly }) => !fileOnly)
  const [cursor, setCursor] = useState(-1)
  const body = useRef<HTMLTableSectionElement>(null)
  const { chosen, onChoose } = props
  const at = props.selected === undefined ? cursor : rows.findIndex((row) => rowKey(row) === props.selected)

  function move(by: number) {
    const next = Math.min(rows.length - 1, Math.max(0, at + by))
    const row = rows[next]
    if (!row) return
    setCursor(next)
    onPeek?.(row)
    body.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  function open() {
    const row = rows[at]
    if (row) onOpen?.(row)
  }
  function choose(row: Row) {
    if (!chosen || !onChoose) return
    const next = new Set(chosen)
    if (!next.delete(rowKey(row))) next.add(rowKey(row))
    onChoose(next)
  }
  function chooseCurrent() {
    const row = rows[at]
    if (row) choose(row)
  }
  useKeys(
    keyboard && rows.length > 0
      ? [
          { keys: 'j', label: 'Next row', run: () => move(1) },
          { keys: 'k', label: 'Previous row', run: () => move(-1) },
          ...(onChoose ? [{ keys: 'x', label: 'Choose the row', run: chooseCurrent }] : []),
          ...(onOpen ? [{ keys: 'enter', label: 'Open the row', run: open }] : []),
        ]
      : [],
  )
  useEffect(() => {
    if (cursor >= rows.length) setCursor(-1)
  }, [cursor, rows.length])

  if (rows.length === 0 && props.empty) return <>{props.empty}</>
  return (
    <div>
      <ScrollRegion className={styles.scroll} label={props.label}>
        <table className={styles.table}>
          <thead>
            <tr>
              {chosen && onChoose && (
                <th scope="col" className={styles.choice}>
                  <input
                    type="checkbox"
                    aria-label="Choose all rows"
                    checked={rows.length > 0 && rows.every((row) => chosen.has(rowKey(row)))}
                    onChange={(event) => onChoose(new Set(event.currentTarget.checked ? rows.map(rowKey) : []))}
                  />
                </th>
              )}
              {columns.map((column) => (
                <HeaderCell
                  key={column.key}
                  column={column}
                  sort={props.sort}
                  direction={props.direction}
                  onSort={props.onSort}
                />
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map((row, index) => (
              <BodyRow
                key={rowKey(row)}
                row={row}
                columns={columns}
                current={index === at}
                choice={
                  chosen && {
                    label: `Choose ${String(columns[0]?.value(row) ?? rowKey(row))}`,
                    checked: chosen.has(rowKey(row)),
                    toggle: () => choose(row),
                  }
                }
                onClick={
                  onPeek || onOpen
                    ? () => {
                        setCursor(index)
                        if (onPeek) onPeek(row)
                        else onOpen?.(row)
                      }
                    : undefined
                }
              />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <div className={styles.foot}>
        <span>{footText(rows.length, props.total, props.unit, props.units)}</span>
        {props.more}
        <span className="grow" />
        <Button
          kind="bare"
          onClick={() => exportCsv(props.label, props.columns, rows)}
          aria-label={`Export ${props.label} as CSV`}
        >
          CSV
        </Button>
        <Button
          kind="bare"
          onClick={() => exportJson(props.label, props.columns, rows)}
          aria-label={`Export ${props.label} as JSON`}
        >
          JSON
        </Button>
      </div>
    </div>
  )
}

function footText(shown: number, total: number | undefined, unit: string, units?: string): string {
  if (total !== undefined && total > shown) return `${shown} of ${counted(total, unit, units)}`
  return counted(shown, unit, units)
}

function HeaderCell<Row>(props: {
  column: Column<Row>
  sort: string | undefined
  direction: 'ascending' | 'descending' | undefined
  onSort: ((sort: string) => void) | undefined
}) {
  const { column, sort, direction, onSort } = props
  const name = column.sort
  const className = [column.align === 'right' ? styles.right : '', column.hideNarrow ? styles.wide : ''].join(' ')
  if (!name || !onSort) {
    return (
      <th scope="col" className={className}>
        {column.header}
      </th>
    )
  }
  const sorted = sort === name
  return (
    <th scope="col" className={className} aria-sort={sorted ? (direction ?? 'other') : 'none'}>
      <button type="button" className={styles.sort} onClick={() => onSort(name)}>
        {column.header}
        <span aria-hidden="true">{sorted ? (direction === 'ascending' ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  )
}

function BodyRow<Row>(props: {
  row: Row
  columns: readonly Column<Row>[]
  current: boolean
  choice: { label: string; checked: boolean; toggle: () => void } | undefined
  onClick: (() => void) | undefined
}) {
  const { row, columns, current, choice, onClick } = props
  return (
    // The row's first link is its keyboard and screen reader equivalent; the click on the rest is a convenience.
    <tr
      className={onClick ? styles.clickable : undefined}
      aria-current={current ? 'true' : undefined}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a, button, input')) return
        onClick?.()
      }}
    >
      {choice && (
        <td className={styles.choice}>
          <input type="checkbox" aria-label={choice.label} checked={choice.checked} onChange={choice.toggle} />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.key}
          className={[column.align === 'right' ? styles.right : '', column.hideNarrow ? styles.wide : ''].join(' ')}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
}
