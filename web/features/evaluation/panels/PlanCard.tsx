import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { MitigationResult } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { Fact, figureText, signed } from '../../../ui/Voice.tsx'
import { groupLabel } from '../fairness-rows.ts'
import { constraintWords } from '../findings.ts'
import { rateTitles } from '../results.ts'
import { ruleText } from './rule-text.ts'
import styles from './ThresholdCard.module.css'

type Attribute = MitigationResult['attributes'][string]
type Plan = Attribute['plans'][number]
type Effect = Attribute['now']['groups'][string]
type Props = { name: string; attribute: Attribute }

const keyOf = ({ constraint, objective }: Plan) => `${constraint}/${objective}`
const planName = ({ constraint, objective }: Plan) =>
  `${constraintWords(constraint)}, best ${objective.replaceAll('_', ' ')}`

/** Every plan with its price, and what the chosen one does to each group. */
export function PlanCard({ name, attribute }: Props) {
  const { plans, now } = attribute
  const [chosen, setChosen] = useState(plans[0] ? keyOf(plans[0]) : '')
  const plan = plans.find((each) => keyOf(each) === chosen) ?? plans[0]
  if (!plan) return null
  return (
    <Card
      title={`Thresholds by ${name}: ${planName(plan)} would change accuracy by ${signed(plan.accuracy - now.accuracy)}`}
      actions={
        <NativeSelect
          size="xs"
          aria-label={`Plan by ${name}`}
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={plans.map((each) => ({ value: keyOf(each), label: planName(each) }))}
        />
      }
    >
      <p className="quiet small" style={{ marginTop: 0 }}>
        Deciding by group needs to know the group, which the law often forbids: read this as the price of the
        constraint.
      </p>
      <div className={styles.table}>
        <DataTable
          label={`Plans by ${name}`}
          columns={planColumns(now.accuracy)}
          rows={plans}
          rowKey={keyOf}
          selected={keyOf(plan)}
          onPeek={(row) => setChosen(keyOf(row))}
          unit="plan"
          keyboard={false}
        />
      </div>
      <h3 style={{ marginTop: 14 }}>Each group now and under {planName(plan)}</h3>
      <div className={styles.table}>
        <DataTable
          label={`Groups by ${name} under ${planName(plan)}`}
          columns={groupColumns(plan, now.groups)}
          rows={Object.keys(plan.rules)}
          rowKey={(group) => group}
          unit="group"
          keyboard={false}
        />
      </div>
    </Card>
  )
}

function planColumns(accuracy: number): Column<Plan>[] {
  return [
    {
      key: 'plan',
      header: 'Made equal',
      cell: (row) => sentence(constraintWords(row.constraint)),
      value: (row) => row.constraint,
    },
    {
      key: 'objective',
      header: 'Best',
      cell: (row) => row.objective.replaceAll('_', ' '),
      value: (row) => row.objective,
    },
    {
      key: 'common',
      header: 'Common rate',
      align: 'right',
      hideNarrow: true,
      cell: (row) => figureText(row.common),
      value: (row) => row.common,
    },
    {
      key: 'accuracy',
      header: 'Accuracy',
      align: 'right',
      cell: (row) => figureText(row.accuracy),
      value: (row) => row.accuracy,
    },
    {
      key: 'change',
      header: 'Against now',
      align: 'right',
      cell: (row) => signed(row.accuracy - accuracy),
      value: (row) => row.accuracy - accuracy,
    },
  ]
}

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}`

function groupColumns(plan: Plan, now: Attribute['now']['groups']): Column<string>[] {
  const effects = ['selection_rate', 'tpr', 'fpr', 'accuracy'] as const
  return [
    { key: 'group', header: 'Group', cell: groupLabel, value: (group) => group },
    {
      key: 'rule',
      header: 'Rule',
      hideNarrow: true,
      cell: (group) => <Fact>{ruleText(plan.rules[group])}</Fact>,
      value: (group) => ruleText(plan.rules[group]),
    },
    ...effects.flatMap((effect): Column<string>[] => [
      {
        key: effect,
        header: rateTitles[effect] ?? effect,
        align: 'right',
        hideNarrow: effect === 'accuracy',
        cell: (group) => <ThenAndNow now={now[group]?.[effect]} then={plan.effects[group]?.[effect]} />,
        value: (group) => plan.effects[group]?.[effect],
      },
      {
        key: `${effect}_now`,
        header: `${rateTitles[effect] ?? effect}, now`,
        fileOnly: true,
        cell: (group) => figureText(now[group]?.[effect]),
        value: (group) => now[group]?.[effect],
      },
    ]),
  ]
}

function ThenAndNow({ now, then }: { now: Effect['tpr'] | undefined; then: Effect['tpr'] | undefined }) {
  return (
    <>
      {figureText(then)}
      {now !== undefined && (
        <div className="quiet">
          now {figureText(now)}
          {then !== undefined && `, ${signed(then - now, 2)}`}
        </div>
      )}
    </>
  )
}
