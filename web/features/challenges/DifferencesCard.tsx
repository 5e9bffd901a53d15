import { useQuery } from '@tanstack/react-query'
import type {
  Difference,
  DifferenceGroup,
  TextDifference,
  VersionDifferences,
} from '../../../src/modules/challenges/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { EnvironmentSwitch } from '../registry/EnvironmentSwitch.tsx'
import { DifferenceValue, valueText } from './DifferenceValue.tsx'
import { isUnseen, runNotes, sameText } from './difference-text.ts'
import { differencesOf } from './queries.ts'

type Props = {
  model: string
  a: number
  b: number
  environment: string | undefined
  onEnvironment: (environment: string) => void
}

/** Everything beside the figures in which two versions differ: what changes a requirement first, words last. */
export function DifferencesCard({ model, a, b, environment, onEnvironment }: Props) {
  const query = useQuery(differencesOf(model, a, b, environment))
  const value = query.data?.environment ?? environment
  return (
    <Card title="What else differs" flush actions={<EnvironmentSwitch value={value} onChange={onEnvironment} />}>
      <Loaded query={query} lines={6} what="What else differs">
        {(found) => <Body found={found} />}
      </Loaded>
    </Card>
  )
}

const margin = { margin: '8px 14px' }

function Body({ found }: { found: VersionDifferences }) {
  const { differences } = found
  const notes = runNotes(found)
  const nothing = sameText(found)
  return (
    <>
      <p style={margin}>
        <Tone tone={leadTone(found)} wrap>
          {leadText(found)}
        </Tone>
      </p>
      {differences.length > 0 && (
        <DataTable
          label="What else differs"
          columns={columnsOf(found)}
          rows={differences}
          rowKey={({ part, key }) => `${part} ${key}`}
          unit="difference"
          keyboard={false}
        />
      )}
      {nothing !== '' && (
        <p className="quiet small" style={margin}>
          {nothing}
        </p>
      )}
      {notes.map((note) => (
        <p key={note} className="small" style={margin}>
          <Tone tone="attention" wrap>
            {note}
          </Tone>
        </p>
      ))}
    </>
  )
}

function leadTone(found: VersionDifferences) {
  const changes = new Set(found.differences.map((each) => (each.part === 'requirement' ? each.change : undefined)))
  if (changes.has('worse')) return 'blocked'
  if (isUnseen(found)) return 'unknown'
  return found.differences.some(({ group }) => group === 'gate' || group === 'content') ? 'attention' : 'met'
}

function leadText(found: VersionDifferences): string {
  const { a, b, environment, differences } = found
  if (differences.length === 0) {
    return isUnseen(found) ? 'Nothing differs in what can be compared.' : `Nothing differs between ${a} and ${b}.`
  }
  const requirements = differences.filter((each) => each.part === 'requirement')
  const count = (change: string) => requirements.filter((each) => each.change === change).length
  const [worse, better, other] = [count('worse'), count('better'), count('other')]
  if (requirements.length === 0) return `No requirement of ${environment} stands otherwise for ${b} than for ${a}.`
  const said = [
    worse > 0 ? `${counted(worse, 'requirement')} ${worse === 1 ? 'denies' : 'deny'} version ${b} and not ${a}` : '',
    better > 0 ? `${counted(better, 'requirement')} ${better === 1 ? 'denies' : 'deny'} version ${a} and not ${b}` : '',
    other > 0
      ? `${counted(other, 'requirement')} ${other === 1 ? 'stands' : 'stand'} otherwise with the same answer`
      : '',
  ].filter(Boolean)
  return `For ${environment}, ${said.join('; ')}.`
}

const groups: Record<DifferenceGroup, string> = {
  gate: 'Gate',
  content: 'Content',
  parameters: 'Run',
  words: 'Words',
}

const origins: Record<TextDifference['said_by'], string> = {
  server: 'server',
  client: 'program',
  person: 'person',
}

const originOf = (row: Difference) => (row.part === 'requirement' ? origins.server : origins[row.said_by])

function columnsOf({ a, b }: VersionDifferences): Column<Difference>[] {
  const side = (key: 'a' | 'b', version: number): Column<Difference> => ({
    key,
    header: `Version ${version}`,
    cell: (row) => <DifferenceValue row={row} side={key} />,
    value: (row) => valueText(row, key),
  })
  return [
    {
      key: 'group',
      header: 'Touches',
      cell: ({ group }) => <span className="quiet">{groups[group]}</span>,
      value: ({ group }) => groups[group],
      hideNarrow: true,
    },
    {
      key: 'part',
      header: 'Part',
      cell: ({ part, title }) => (
        <>
          {part !== title.toLowerCase() && <span className="quiet">{part} </span>}
          {title}
        </>
      ),
      value: ({ part, title }) => `${part} ${title}`,
    },
    side('a', a),
    side('b', b),
    {
      key: 'origin',
      header: 'Said by',
      cell: (row) => <span className="quiet small">{originOf(row)}</span>,
      value: originOf,
      hideNarrow: true,
    },
  ]
}
