import { Card } from '../../ui/Card.tsx'
import { ScrollRegion } from '../../ui/ScrollRegion.tsx'
import { Tone } from '../../ui/Tone.tsx'
import styles from './FactTable.module.css'
import { flatten } from './facts.ts'

/** Facts as path and value, in the machine's voice. */
export function FactTable({ title, facts }: { title: string; facts: unknown }) {
  const rows = facts === null || facts === undefined ? [] : flatten(facts).slice(0, 120)
  return (
    <Card title={title}>
      {rows.length === 0 ? (
        <Tone tone="unknown">There is none</Tone>
      ) : (
        <ScrollRegion className={styles.scroll} label={title}>
          <dl className={styles.facts}>
            {rows.map((row) => (
              <div key={row.path}>
                <dt>{row.path}</dt>
                <dd>{row.value || '–'}</dd>
              </div>
            ))}
          </dl>
        </ScrollRegion>
      )}
    </Card>
  )
}
