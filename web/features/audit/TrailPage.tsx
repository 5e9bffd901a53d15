import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { counted, Fact } from '../../ui/Voice.tsx'
import { EventList } from './EventList.tsx'
import { EventPeek } from './EventPeek.tsx'
import { exportAddress, type TrailFilter, trailCheck } from './queries.ts'
import type { TrailEvent } from './sentences.ts'

const route = getRouteApi('/signed-in/trail')

/** Who did what, and is the record intact. */
export function TrailPage() {
  const { about, actor, action, event } = route.useSearch()
  const navigate = route.useNavigate()
  const [shown, setShown] = useState<TrailEvent>()
  const peeked = shown?.index === event ? shown : undefined
  function show(next: TrailEvent | undefined) {
    setShown(next)
    void navigate({ search: (old) => ({ ...old, event: next?.index }), replace: true })
  }
  return (
    <Page
      title="Trail"
      actions={
        <a href={exportAddress} download>
          Export the trail with its proof
        </a>
      }
    >
      <Badge />
      <QueryBar
        key={JSON.stringify([about, actor, action])}
        filter={{ about, actor, action }}
        onChange={(filter) => void navigate({ search: filter })}
      />
      <div className={peeked ? 'cols' : undefined}>
        <div>
          <EventList filter={{ about, actor, action }} label="Events" selected={event} onPeek={show} />
        </div>
        {peeked && <EventPeek event={peeked} onClose={() => show(undefined)} />}
      </div>
    </Page>
  )
}

/** The server recomputes the tree; anybody can do the same offline with the export. */
function Badge() {
  const query = useQuery(trailCheck)
  const again = (
    <Button onClick={() => query.refetch()} busy={query.isFetching}>
      Verify again
    </Button>
  )
  if (query.error)
    return <ErrorState error={query.error} what="The trail could not be verified" retry={() => query.refetch()} />
  if (!query.data) {
    return (
      <Lead tone="waiting" detail="The server recomputes every leaf and the root of the tree.">
        Verifying the trail
      </Lead>
    )
  }
  const check = query.data
  switch (check.outcome) {
    case 'intact':
      return (
        <Lead
          tone="met"
          action={again}
          detail={
            <>
              Root <Fact title={check.root}>{check.root.slice(0, 16)}…</Fact>, last checkpoint signed at size{' '}
              <Fact>{check.checkpoint.size.toLocaleString('en')}</Fact> <Moment at={check.checkpoint.taken_at} />.
            </>
          }
        >
          The trail is intact: {counted(check.size, 'event')}, verified <Moment at={check.checked_at} />.
        </Lead>
      )
    case 'broken':
      return (
        <Lead
          tone="blocked"
          action={again}
          detail={check.problems
            .slice(0, 3)
            .map((problem) => `${problem.index === null ? '' : `Event ${problem.index}: `}${problem.message}`)
            .join(' ')}
        >
          The trail is broken in {counted(check.problems.length, 'place')}. Keep the database as it is and restore from
          a backup.
        </Lead>
      )
  }
}

function QueryBar({ filter, onChange }: { filter: TrailFilter; onChange: (filter: TrailFilter) => void }) {
  const [text, setText] = useState(textOf(filter))
  function submit(event: FormEvent) {
    event.preventDefault()
    onChange(filterOf(text))
  }
  return (
    <form onSubmit={submit} className="row" style={{ marginBottom: 14 }}>
      <TextInput
        aria-label="Query"
        placeholder="actor:per_…  action:decision.recorded  about:version:ver_…"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        style={{ flex: 1, minWidth: 200 }}
        size="sm"
        styles={{ input: { fontFamily: 'var(--fact)', fontSize: 12 } }}
      />
      <Button type="submit">Show</Button>
      {textOf(filter) && (
        <Button kind="bare" onClick={() => onChange({})}>
          All events
        </Button>
      )}
    </form>
  )
}

const names = ['actor', 'action', 'about'] as const

function textOf(filter: TrailFilter): string {
  return names.flatMap((name) => (filter[name] ? [`${name}:${filter[name]}`] : [])).join(' ')
}

/** "actor:x action:y": a word without a name is an action. */
export function filterOf(text: string): TrailFilter {
  const filter: TrailFilter = {}
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const name = names.find((each) => word.startsWith(`${each}:`))
    filter[name ?? 'action'] = name ? word.slice(name.length + 1) : word
  }
  return filter
}
