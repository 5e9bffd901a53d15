import { useQuery } from '@tanstack/react-query'
import type { ChallengeOutcome, SignedChallenge } from '../../../src/modules/challenges/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { saveText } from '../../ui/copy.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { challengesOf } from './queries.ts'

/** How comparisons of this model's versions ended; nothing while none has. */
export function ChallengeHistory({ model }: { model: string }) {
  const { data = [] } = useQuery(challengesOf(model))
  if (data.length === 0) return null
  return (
    <Card title="How comparisons ended" flush>
      <DataTable
        label="Decisions about challengers"
        columns={columns}
        rows={data}
        rowKey={({ document }) => document.id}
        unit="decision"
        keyboard={false}
      />
    </Card>
  )
}

const outcomes: Record<ChallengeOutcome, { tone: ToneName; word: string }> = {
  promoted: { tone: 'met', word: 'challenger promoted' },
  kept: { tone: 'unknown', word: 'champion kept' },
  undecided: { tone: 'waiting', word: 'undecided' },
}

const columns: Column<SignedChallenge>[] = [
  {
    key: 'outcome',
    header: 'Outcome',
    cell: ({ document: { outcome } }) => <Tone tone={outcomes[outcome].tone}>{outcomes[outcome].word}</Tone>,
    value: ({ document }) => document.outcome,
  },
  {
    key: 'versions',
    header: 'Versions',
    cell: ({ document: { alias, champion, challenger } }) =>
      `${challenger.version} against ${alias} ${champion.version}`,
    value: ({ document }) => document.challenger.version,
  },
  {
    key: 'change',
    header: 'Change',
    cell: ({ document }) => document.materiality,
    value: ({ document }) => document.materiality,
  },
  {
    key: 'reason',
    header: 'Reason',
    hideNarrow: true,
    cell: ({ document }) => <span style={{ fontFamily: 'var(--human)' }}>{document.reason}</span>,
    value: ({ document }) => document.reason,
  },
  {
    key: 'by',
    header: 'By',
    hideNarrow: true,
    cell: ({ document }) => <PersonName id={document.decided_by} />,
    value: ({ document }) => document.decided_by,
  },
  {
    key: 'when',
    header: 'When',
    cell: ({ document }) => <Moment at={document.decided_at} />,
    value: ({ document }) => document.decided_at,
  },
  {
    key: 'save',
    header: 'Signed',
    cell: (row) => (
      <Button kind="bare" onClick={() => save(row)} aria-label={`Save the signed decision ${row.document.id}`}>
        Save
      </Button>
    ),
    value: ({ digest }) => digest,
  },
]

const save = (row: SignedChallenge) =>
  saveText(`${row.document.id}.json`, `${JSON.stringify(row, null, 2)}\n`, 'application/json')
