import { useQuery } from '@tanstack/react-query'
import type { MyWork, WorkItem } from '../../../src/modules/work/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { inventory } from '../registry/queries.ts'
import { LapseList } from './LapseList.tsx'
import { myWork } from './queries.ts'
import styles from './WorkPage.module.css'
import { consequenceWords, effort, kindWords, nameOf, pageOf, toneOf } from './words.ts'

/** What waits for me, what waits for others because of me, what lapses soon. */
export function WorkPage() {
  const query = useQuery(myWork)
  return (
    <Page title="My work">
      <Loaded query={query} lines={8}>
        {(work) => <Content work={work} />}
      </Loaded>
    </Page>
  )
}

function Content({ work }: { work: MyWork }) {
  const { mine, others, lapsing } = work
  return (
    <>
      <Lead tone={toneOf(work)} detail={<Sum work={work} />}>
        {sentence(work)}
      </Lead>
      {mine.length === 0 && <FirstStep />}
      {mine.length > 0 && (
        <Card title="Waits for you" flush>
          <Queue label="Waits for you" rows={mine} keyboard />
        </Card>
      )}
      {others.length > 0 && (
        <Card title="Waits for others because of you" flush>
          <Queue label="Waits for others because of you" rows={others} />
        </Card>
      )}
      {lapsing.length > 0 && (
        <Card title="Lapses within 90 days" flush actions={<PathLink to="/calendar">Calendar</PathLink>}>
          <LapseList rows={lapsing} />
        </Card>
      )}
    </>
  )
}

function sentence({ mine, others }: MyWork): string {
  if (mine.length === 0) return others.length === 0 ? 'Nothing is waiting.' : 'Nothing is waiting for you.'
  const blocking = mine.filter(({ consequence }) => consequence === 'blocks').length
  const what = `${counted(mine.length, 'thing')} ${mine.length === 1 ? 'waits' : 'wait'} for you`
  if (blocking === 0) return `${what}.`
  return blocking === mine.length && mine.length === 1
    ? 'One thing waits for you, and it keeps the gate closed.'
    : `${what}; ${blocking === 1 ? 'one keeps' : `${blocking} keep`} the gate closed.`
}

function Sum({ work: { mine, next } }: { work: MyWork }) {
  const minutes = mine.reduce((sum, each) => sum + each.minutes, 0)
  return (
    <>
      {minutes > 0 && <>About {effort(minutes)} in all. </>}
      {next ? (
        <>
          Next to lapse: {next.causes[0]?.title}, <PathLink to={pageOf(next)}>{nameOf(next)}</PathLink>,{' '}
          <Moment at={next.due_at} />.
        </>
      ) : (
        'Nothing that is allowed now ends by itself.'
      )}
    </>
  )
}

function Queue({ label, rows, keyboard = false }: { label: string; rows: readonly WorkItem[]; keyboard?: boolean }) {
  const go = useGo()
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={rows}
      rowKey={({ key }) => key}
      unit="item"
      keyboard={keyboard}
      onOpen={({ link }) => go(link)}
    />
  )
}

const columns: Column<WorkItem>[] = [
  {
    key: 'title',
    header: 'What',
    cell: ({ title, detail, link }) => (
      <div className={styles.what}>
        <PathLink to={link} className={styles.title}>
          {title}
        </PathLink>
        <span className="quiet">{detail}</span>
      </div>
    ),
    value: ({ title }) => title,
  },
  { key: 'detail', header: 'Why', cell: ({ detail }) => detail, value: ({ detail }) => detail, fileOnly: true },
  {
    key: 'kind',
    header: 'Kind',
    hideNarrow: true,
    cell: ({ kind }) => kindWords[kind],
    value: ({ kind }) => kind,
  },
  {
    key: 'consequence',
    header: 'Consequence',
    cell: ({ consequence }) => (
      <Tone tone={consequenceWords[consequence].tone}>{consequenceWords[consequence].word}</Tone>
    ),
    value: ({ consequence }) => consequence,
  },
  {
    key: 'due',
    header: 'Due',
    cell: ({ due_at }) => (due_at ? <Moment at={due_at} /> : <span className="quiet">no day</span>),
    value: ({ due_at }) => due_at,
  },
  {
    key: 'minutes',
    header: 'Takes about',
    align: 'right',
    hideNarrow: true,
    cell: ({ minutes }) => (minutes === 0 ? '' : effort(minutes)),
    value: ({ minutes }) => minutes,
  },
]

/** Where nothing is registered yet, the next step is to bring something. */
function FirstStep() {
  const { data } = useQuery(inventory({ sort: 'updated' }))
  if (!data || data.total > 0) return null
  return (
    <Card title="Bring what you have">
      <EmptyState
        title="Nothing is registered yet."
        command={`export MLFLOW_TRACKING_URI=${window.location.origin}`}
        action={<PathLink to="/inventory">Go to the inventory</PathLink>}
      >
        Train with the MLflow client that you use already, or import what another server holds.
      </EmptyState>
    </Card>
  )
}
