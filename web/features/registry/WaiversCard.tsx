import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import type { ScanWaiver } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact, Human } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { waiversOf, withdrawWaiver } from '../reviews/queries.ts'

const tones = { active: 'attention', ended: 'unknown', withdrawn: 'unknown' } as const

/** Who let which finding through, why, and until when. Nothing is shown where nobody ever did. */
export function WaiversCard({ version }: { version: ModelVersion }) {
  const client = useQueryClient()
  const may = useMay()
  const { data, error, refetch } = useQuery(waiversOf(version.model, version.version))
  const withdraw = useMutation({ mutationFn: withdrawWaiver, onSuccess: () => client.invalidateQueries() })
  if (error) return <ErrorState error={error} retry={() => refetch()} what="The waivers of this version" />
  const waivers = (data ?? []).filter((each) => each.kind === 'scan')
  if (waivers.length === 0) return null
  const onWithdraw = may('review.decide', version.model) ? withdraw.mutate : undefined
  return (
    <Card title="Waivers" flush>
      <DataTable
        label={`Waivers of ${version.model} ${version.version}`}
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

const columnsOf = (onWithdraw: ((id: string) => void) | undefined): Column<ScanWaiver>[] => [
  {
    key: 'state',
    header: 'State',
    cell: ({ state }) => <Tone tone={tones[state]}>{state}</Tone>,
    value: ({ state }) => state,
  },
  { key: 'what', header: 'What', cell: ({ what }) => <Fact>{what}</Fact>, value: ({ what }) => what },
  {
    key: 'path',
    header: 'File',
    cell: ({ path }) => <Fact>{path}</Fact>,
    value: ({ path }) => path,
    hideNarrow: true,
  },
  { key: 'by', header: 'By', cell: ({ given_by }) => <PersonName id={given_by} />, value: ({ given_by }) => given_by },
  { key: 'until', header: 'Until', cell: ({ until }) => <Moment at={until} />, value: ({ until }) => until },
  { key: 'reason', header: 'Why', cell: ({ reason }) => <Human>{reason}</Human>, value: ({ reason }) => reason },
  {
    key: 'withdraw',
    header: '',
    cell: ({ id, state, what }) =>
      state === 'active' &&
      onWithdraw && (
        <Button kind="bare" onClick={() => onWithdraw(id)} aria-label={`Withdraw the waiver of ${what}`}>
          Withdraw
        </Button>
      ),
    value: () => null,
  },
]
