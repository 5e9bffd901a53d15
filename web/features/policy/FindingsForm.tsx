import { NativeSelect } from '@mantine/core'
import { z } from 'zod'
import { Card } from '../../ui/Card.tsx'
import { objectOf, without, withValue } from './edit-text.ts'
import styles from './Studio.module.css'

type Props = { text: string; change: (text: string) => void; sentence: string | undefined }

const levels = [
  { value: 'none', label: 'those of the environment' },
  { value: 'low', label: 'low and higher' },
  { value: 'medium', label: 'medium and higher' },
  { value: 'high', label: 'high and higher' },
  { value: 'critical', label: 'critical' },
]
const Part = z.object({ findings: z.object({ block_from: z.string() }) })

/** From which severity on open findings block, whatever the environment lets through. */
export function FindingsForm({ text, change, sentence }: Props) {
  const parsed = Part.safeParse(objectOf(text))
  const level = parsed.success ? parsed.data.findings.block_from : 'none'
  return (
    <Card title="Findings that block" flush>
      <div className={styles.rule}>
        <div>{sentence ?? <span className="quiet">The environment alone says which findings block.</span>}</div>
        <div className={styles.fields}>
          <NativeSelect
            size="xs"
            className={styles.wide}
            label="Open findings"
            data={levels}
            value={level}
            onChange={({ currentTarget: { value } }) =>
              change(
                value === 'none' ? without(text, ['findings']) : withValue(text, ['findings', 'block_from'], value),
              )
            }
          />
        </div>
      </div>
    </Card>
  )
}
