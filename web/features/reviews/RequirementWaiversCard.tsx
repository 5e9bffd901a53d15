import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { RequirementWaiver } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Human } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { waiversOf, withdrawWaiver } from './queries.ts'

const tones = { active: 'attention', ended: 'unknown', withdrawn: 'unknown' } as const

/** Requirements that this version ran or runs without, by whom, and what kept the risk small. */
export function RequirementWaiversCard({ version }: { version: { model: string; version: number } }) {
  const client = useQueryClient()
  const may = useMay()
  const { data, error, refetch } = useQuery(waiversOf(version.model, version.version))
  const withdraw = useMutation({ mutationFn: withdrawWaiver, onSuccess: () => client.invalidateQueries() })
  if (error) return <ErrorState error={error} retry={() => refetch()} what="The waivers of this version" />
  const waivers = (data ?? []).filter((each) => each.kind === 'requirement')
  if (waivers.length === 0) return null
  const onWithdraw = may('review.decide', version.model) ? withdraw.mutate : undefined
  return (
    <Card title="Waivers of requirements" flush>
      <DataTable
        label={`Waivers of requirements of ${version.model} ${version.version}`}
        columns={columnsOf(onWithdraw)}
        rows={waivers}
        rowKey={({ id }) => id}
        unit="waiver"
        keyboard={false}
      />
      {withdraw.error && <ErrorState error={withdraw.error} />}
    </Card>
  )
}

const columnsOf = (onWithdraw: ((id: string) => void) | undefined): Column<RequirementWaiver>[] => [
  {
    key: 'state',
    header: 'State',
    cell: ({ state }) => <Tone tone={tones[state]}>{state}</Tone>,
    value: ({ state }) => state,
  },
  { key: 'title', header: 'Requirement', cell: ({ title }) => title, value: ({ title }) => title },
  {
    key: 'environment',
    header: 'In',
    cell: ({ environment }) => environment,
    value: ({ environment }) => environment,
    hideNarrow: true,
  },
  { key: 'by', header: 'By', cell: ({ given_by }) => <PersonName id={given_by} />, value: ({ given_by }) => given_by },
  { key: 'until', header: 'Until', cell: ({ until }) => <Moment at={until} />, value: ({ until }) => until },
  {
    key: 'reason',
    header: 'Why, and meanwhile',
    cell: ({ reason, control }) => (
      <>
        <Human>{reason}</Human>
        <div className="small">
          Meanwhile: <Human>{control}</Human>
        </div>
      </>
    ),
    value: ({ reason }) => reason,
  },
  {
    key: 'withdraw',
    header: '',
    cell: ({ id, state, title }) =>
      state === 'active' &&
      onWithdraw && (
        <Button kind="bare" onClick={() => onWithdraw(id)} aria-label={`Withdraw the waiver of ${title}`}>
          Withdraw
        </Button>
      ),
    value: () => null,
  },
]
