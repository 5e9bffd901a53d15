import type { RobustnessResult } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { Tone } from '../../../ui/Tone.tsx'
import { counted, figureText, signed } from '../../../ui/Voice.tsx'

type Rule = RobustnessResult['rules'][number]
type Violation = Rule['worst'][number]

/** What must hold of every row, and the rows in which it does not. */
export function RuleList({ rules }: { rules: readonly Rule[] }) {
  return (
    <Card title="Rules that must hold for every row">
      <div className="stack">
        {rules
          .map((rule) => ({ ...rule, sentence: spelt(rule.sentence) }))
          .map((rule) => (
            <section key={rule.sentence} aria-label={rule.sentence}>
              <Tone tone={toneOf(rule)} wrap>
                {rule.sentence}
              </Tone>
              <p className="small quiet" style={{ margin: 0 }}>
                {said(rule)}
              </p>
              {rule.worst.length > 0 && (
                <DataTable
                  label={`Rows that break it most: ${rule.sentence}`}
                  columns={columns}
                  rows={rule.worst}
                  rowKey={({ row }) => String(row)}
                  unit="row that breaks it most"
                  units="rows that break it most"
                  keyboard={false}
                />
              )}
            </section>
          ))}
      </div>
    </Card>
  )
}

const spelt = (sentence: string) => sentence.replace('by 1 standard deviations', 'by one standard deviation')

function toneOf({ violated }: Rule) {
  if (violated.state !== 'ok') return 'unknown'
  return violated.value === 0 ? 'met' : 'blocked'
}

function said({ violated }: Rule): string {
  if (violated.state !== 'ok') return `It cannot be said: ${violated.reason}.`
  const { value, high, count, n } = violated
  const tried = n === undefined ? '' : ` of ${counted(n, 'row')}`
  if (value === 0) {
    return `No row${tried} breaks it; with 95 % confidence at most ${figureText((high ?? 0) * 100, 1)} % do.`
  }
  return `${count === undefined ? 'Some rows' : counted(count, 'row')}${tried} break it, ${figureText(value * 100, 1)} %.`
}

const columns: Column<Violation>[] = [
  { key: 'row', header: 'Row, from 0', cell: ({ row }) => row.toLocaleString('en'), value: ({ row }) => row },
  {
    key: 'before',
    header: 'Before',
    align: 'right',
    cell: ({ before }) => figureText(before),
    value: ({ before }) => before,
  },
  {
    key: 'after',
    header: 'After',
    align: 'right',
    cell: ({ after }) => figureText(after),
    value: ({ after }) => after,
  },
  {
    key: 'change',
    header: 'Change',
    align: 'right',
    cell: ({ before, after }) => signed(after - before),
    value: ({ before, after }) => after - before,
  },
]
