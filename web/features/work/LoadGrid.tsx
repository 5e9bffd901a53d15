import type { CSSProperties } from 'react'
import type { Calendar } from '../../../src/modules/work/schema.ts'
import { ScrollRegion } from '../../ui/ScrollRegion.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import styles from './LoadGrid.module.css'
import { monthsBetween, monthText, strength } from './months.ts'

type Props = Pick<Calendar, 'load' | 'from' | 'until'>

/** Validators against months: the darker a cell, the more falls into it. The number says it, too. */
export function LoadGrid({ load, from, until }: Props) {
  const months = monthsBetween(from, until, load)
  const most = Math.max(1, ...load.flatMap((row) => row.months.map(({ count }) => count)))
  return (
    <ScrollRegion label="Load by validator" className={styles.scroll}>
      <table className={styles.grid}>
        <thead>
          <tr>
            <th scope="col">Validator</th>
            {months.map((month) => (
              <th key={month} scope="col">
                {monthText(month)}
              </th>
            ))}
            <th scope="col">In all</th>
          </tr>
        </thead>
        <tbody>
          {load.map(({ person, total, months: counts }) => (
            <tr key={person ?? 'nobody'}>
              <th scope="row">
                {person === null ? <Tone tone="unknown">nobody yet</Tone> : <PersonName id={person} />}
              </th>
              {months.map((month) => {
                const count = counts.find((each) => each.month === month)?.count ?? 0
                return (
                  <td key={month} style={{ '--strength': `${strength(count, most)}%` } as CSSProperties}>
                    {count === 0 ? <span className="quiet">·</span> : count}
                  </td>
                )
              })}
              <td className={styles.total}>{total}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
