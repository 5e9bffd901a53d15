import { NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import { CellState, dutyNames, type SubjectType } from '../../../src/modules/duties/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useKeys } from '../../ui/keys.ts'
import { Lead } from '../../ui/Lead.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { counted } from '../../ui/Voice.tsx'
import { useMay, useMayAnywhere, useMe } from '../access/people.tsx'
import { AnswerButtons } from './AnswerButtons.tsx'
import { CellPeek } from './CellPeek.tsx'
import { DutyGrid, gridTitles } from './DutyGrid.tsx'
import { HandoverDialog } from './Handover.tsx'
import { InviteLine } from './InviteLine.tsx'
import { LoadTable } from './LoadTable.tsx'
import { PersonChoice } from './PersonChoice.tsx'
import { alarms, matrix, openDutiesOf } from './queries.ts'
import { cellTones, dutyTitle } from './words.ts'

const route = getRouteApi('/signed-in/duties')
const tabs = [
  [undefined, 'By system'],
  ['models', 'By model'],
  ['load', 'By person'],
] as const

/** Who answers for what, and where is a hole. */
export function DutiesPage() {
  const { tab } = route.useSearch()
  const [handing, setHanding] = useState(false)
  const hands = useHandsOver()
  useKeys(hands ? [{ keys: 'y', label: 'Hand duties over', run: () => setHanding(true) }] : [])
  return (
    <Page
      title="People and duties"
      actions={
        hands && (
          <Button hint="y" onClick={() => setHanding(true)}>
            Hand duties over
          </Button>
        )
      }
    >
      <Standing />
      <Mine />
      <Tabs label="By system, by model and by person">
        {tabs.map(([each, title]) => (
          <Link
            key={title}
            from="/duties"
            to="."
            search={{ tab: each }}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={tab === each ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </Tabs>
      {tab === 'load' ? <LoadTable /> : <Grid key={tab} type={tab === 'models' ? 'model' : 'system'} />}
      {handing && <HandoverDialog opened onClose={() => setHanding(false)} />}
    </Page>
  )
}

/** Whoever assigns duties, or holds some: their own, and those of what they own. */
function useHandsOver(): boolean {
  const mayAnywhere = useMayAnywhere()
  const me = useMe()
  const { data = [] } = useQuery({ ...openDutiesOf('me'), enabled: me !== undefined })
  return mayAnywhere('duty.write') || data.length > 0
}

/** The sentence that the page opens with. */
function Standing() {
  const { data } = useQuery(alarms)
  const { data: systems } = useQuery(matrix({ type: 'system' }))
  const { data: models } = useQuery(matrix({ type: 'model' }))
  if (!data || !systems || !models) return null
  const count = (state: CellState) => (systems.counts[state] ?? 0) + (models.counts[state] ?? 0)
  if (data.length > 0) {
    const first = data.slice(0, 3).map(({ assignment }, at) => {
      const duty = at === 0 ? dutyTitle(assignment.duty) : dutyNames[assignment.duty]
      return `${duty} of ${assignment.subject.name}`
    })
    return (
      <Lead tone="blocked" detail={`${first.join(', ')}${data.length > 3 ? ' and more' : ''}.`}>
        Nobody answers for {counted(data.length, 'duty', 'duties')} that somebody was asked to hold.
      </Lead>
    )
  }
  const [conflicted, gap, proposed] = [count('conflicted'), count('gap'), count('proposed')]
  if (conflicted > 0) {
    return (
      <Lead tone="attention" detail="Whoever builds or owns something does not challenge it or decide about it.">
        {counted(conflicted, 'duty is', 'duties are')} held by somebody who should not hold both.
      </Lead>
    )
  }
  const of = [
    ...(systems.total > 0 ? [counted(systems.total, 'system')] : []),
    ...(models.total > 0 ? [counted(models.total, 'model')] : []),
  ]
  if (of.length === 0) return null
  const waiting = `${counted(proposed, 'duty waits', 'duties wait')} for the answer of whoever was asked.`
  if (gap > 0) {
    return (
      <Lead
        tone="waiting"
        detail={proposed > 0 ? waiting : 'A cell without an accepted duty is a gap; open one to ask somebody.'}
      >
        Nobody answers for {counted(gap, 'duty', 'duties')} of {of.join(' and ')}.
      </Lead>
    )
  }
  return proposed > 0 ? <Lead tone="waiting">{waiting}</Lead> : <Lead tone="met">Somebody answers for every duty.</Lead>
}

/** What waits for the reader stands before everything else. */
function Mine() {
  const me = useMe()
  const { data = [] } = useQuery({ ...openDutiesOf('me'), enabled: me !== undefined })
  const waiting = data.filter(({ state }) => state === 'proposed')
  if (waiting.length === 0) return null
  return (
    <Card title="Waits for your answer">
      <ul className="stack" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {waiting.map((assignment) => (
          <li key={assignment.id} className="row">
            <span className="grow">
              To be <b>{dutyNames[assignment.duty]}</b> of {assignment.subject.name}
              {assignment.reason && <span className="human">. {assignment.reason}</span>}
            </span>
            <AnswerButtons assignment={assignment} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Grid({ type }: { type: SubjectType }) {
  const { search, state, person, after, of, duty } = route.useSearch()
  const navigate = route.useNavigate()
  const may = useMay()
  const me = useMe()
  const query = useQuery(matrix({ type, search, state, person, after }))
  const write = useDebouncedCallback(
    (text: string) =>
      void navigate({ search: (old) => ({ ...old, search: text || undefined, after: undefined }), replace: true }),
    200,
  )
  const row = query.data?.rows.find((each) => each.subject.name === of)
  const cell = row?.cells.find((each) => each.duty === duty)
  const owns = row?.cells[0]?.assignments.some((each) => each.person === me && each.state === 'accepted') ?? false
  return (
    <>
      <search className="row" style={{ marginBottom: 14 }}>
        <TextInput
          aria-label={`Search ${type}s`}
          placeholder={`Name of a ${type}`}
          type="search"
          defaultValue={search}
          onChange={(event) => write(event.currentTarget.value)}
          size="sm"
          style={{ flex: '1 1 200px', maxWidth: 300 }}
        />
        <NativeSelect
          aria-label="State"
          size="sm"
          value={state ?? ''}
          onChange={(event) => {
            const chosen = CellState.safeParse(event.currentTarget.value).data
            void navigate({ search: (old) => ({ ...old, state: chosen, after: undefined }) })
          }}
          data={[
            { value: '', label: 'Every state' },
            ...CellState.options.map((each) => ({ value: each, label: `With ${cellTones[each].word} cells` })),
          ]}
        />
        <PersonChoice
          label="Held by"
          any="Held by anybody"
          hideLabel
          withLeft
          value={person ?? ''}
          onChange={(chosen) =>
            void navigate({ search: (old) => ({ ...old, person: PersonId.safeParse(chosen).data, after: undefined }) })
          }
        />
      </search>
      <div className={cell ? 'cols' : undefined}>
        <Loaded query={query} lines={8}>
          {(found) => (
            <Card title={gridTitles[type]} flush>
              {found.rows.length === 0 ? (
                <Nothing type={type} filtered={Boolean(search || state || person)} />
              ) : (
                <DutyGrid
                  type={type}
                  matrix={found}
                  at={of && duty ? { of, duty } : undefined}
                  onShow={(place) => void navigate({ search: (old) => ({ ...old, ...place }), replace: true })}
                  more={
                    found.next !== null && (
                      <Button
                        kind="bare"
                        onClick={() => void navigate({ search: (old) => ({ ...old, after: found.next ?? undefined }) })}
                      >
                        Next {type}s
                      </Button>
                    )
                  }
                />
              )}
            </Card>
          )}
        </Loaded>
        {row && cell && (
          <CellPeek
            key={`${row.subject.id} ${cell.duty}`}
            subject={row.subject}
            cell={cell}
            mayAssign={owns || may('duty.write', type === 'model' ? row.subject.name : undefined)}
            onClose={() =>
              void navigate({ search: (old) => ({ ...old, of: undefined, duty: undefined }), replace: true })
            }
          />
        )}
      </div>
      {may('access.write') && <InviteLine subjects={query.data?.rows.map((each) => each.subject) ?? []} />}
    </>
  )
}

function Nothing({ type, filtered }: { type: SubjectType; filtered: boolean }) {
  if (filtered) return <EmptyState title={`No ${type} fits.`}>Widen the filters, or search another word.</EmptyState>
  if (type === 'model') {
    return (
      <EmptyState title="There is no model yet.">
        Every model has a row here, with a cell for each duty: who was asked, who accepted, what is open.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title="There is no AI system yet."
      command={'modelkeep system add "Hiring" --purpose "Rank applications for a first interview."'}
    >
      <Link to="/systems">Register one</Link>: every system has a row here, with a cell for each duty.
    </EmptyState>
  )
}
