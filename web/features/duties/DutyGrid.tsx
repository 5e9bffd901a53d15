import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { type Cell, CellState, Duty, type Matrix, type SubjectType } from '../../../src/modules/duties/schema.ts'
import { ScrollRegion } from '../../ui/ScrollRegion.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { nameIn, usePeople } from '../access/people.tsx'
import styles from './DutyGrid.module.css'
import { cellTones, dutyTitle } from './words.ts'

export type Place = { of: string; duty: Duty }

export const gridTitles: Record<SubjectType, string> = {
  system: 'Systems against duties',
  model: 'Models against duties',
}

type Props = {
  type: SubjectType
  matrix: Matrix
  at: Place | undefined
  onShow: (place: Place) => void
  more?: ReactNode
}

/** Records against duties. Arrow keys walk the cells, Enter opens one. */
export function DutyGrid({ type, matrix, at, onShow, more }: Props) {
  const body = useRef<HTMLTableSectionElement>(null)
  function walk(event: KeyboardEvent<HTMLTableSectionElement>) {
    const step = steps[event.key]
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-column]') : null
    const row = cell?.closest('tr')
    if (!step || !cell || !row || !body.current) return
    event.preventDefault()
    const [down, right] = step
    const next = body.current.rows[row.sectionRowIndex + down]
    const column = Number(cell.dataset.column) + right
    next?.querySelector<HTMLElement>(`[data-column="${column}"]`)?.focus()
  }
  return (
    <>
      <ScrollRegion label={gridTitles[type]} style={{ overflowX: 'auto' }}>
        <table className={styles.grid}>
          <thead>
            <tr>
              <th scope="col">{type === 'model' ? 'Model' : 'System'}</th>
              {Duty.options.map((duty) => (
                <th key={duty} scope="col">
                  {dutyTitle(duty)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={walk}>
            {matrix.rows.map(({ subject, cells }) => (
              <tr key={subject.id}>
                <th scope="row">
                  <Link
                    to={subject.type === 'model' ? '/models/$name' : '/systems/$name'}
                    params={{ name: subject.name }}
                  >
                    {subject.name}
                  </Link>
                </th>
                {cells.map((cell, column) => (
                  <td key={cell.duty}>
                    <CellButton
                      cell={cell}
                      of={subject.name}
                      column={column}
                      pressed={at?.of === subject.name && at.duty === cell.duty}
                      onClick={() => onShow({ of: subject.name, duty: cell.duty })}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <div className={styles.foot}>
        <span>{counted(matrix.total, type)}</span>
        {CellState.options.map((state) => (
          <span key={state} className="row">
            <Tone tone={cellTones[state].tone}>{cellTones[state].word}</Tone>
            <span className="fact">{matrix.counts[state] ?? 0}</span>
          </span>
        ))}
        {more}
      </div>
    </>
  )
}

const steps: Record<string, readonly [down: number, right: number]> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
}

function CellButton(props: { cell: Cell; of: string; column: number; pressed: boolean; onClick: () => void }) {
  const { cell, of, column, pressed, onClick } = props
  const directory = usePeople()
  const { tone, word } = cellTones[cell.state]
  const open = cell.assignments.filter(({ state }) => state !== 'declined')
  const who = open.map(({ person }) => nameIn(directory, person)).join(', ')
  return (
    <button
      type="button"
      data-column={column}
      aria-pressed={pressed}
      className={`${styles.cell} ${cell.state === 'orphaned' ? styles.orphaned : ''}`}
      onClick={onClick}
    >
      <span className={styles.spoken}>
        {dutyTitle(cell.duty)} of {of}:{' '}
      </span>
      <Tone tone={tone}>{word}</Tone>
      {who && (
        <span className={styles.who} title={who}>
          {who}
        </span>
      )}
    </button>
  )
}
