import { Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import { mostObjects, objectOfRow } from '../../../src/modules/auditor-requests/schema.ts'
import type { Sample } from '../../../src/modules/auditors/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useDraft } from '../../ui/draft.ts'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { counted } from '../../ui/Voice.tsx'
import { endOfDay, today } from '../duties/end-of-day.ts'
import { AnswererChoice } from './AnswererChoice.tsx'
import { ObjectsInput } from './ObjectsInput.tsx'
import { sample } from './queries.ts'
import { ask, objectNames } from './request-queries.ts'
import { queryOf } from './sample-query.ts'
import { useSeats } from './seats.ts'

const route = getRouteApi('/signed-in/auditor')

/** Writes a request, about nothing yet or about a sample that was just drawn. */
export function AskForm({ about }: { about: 'new' | 'sample' }) {
  const { population, size, seed, by_tier, from, to } = route.useSearch()
  if (about === 'new' || population === undefined) return <Form />
  return <AboutSample asked={{ population, size, seed, by_tier, from, to }} />
}

function AboutSample({ asked }: { asked: Parameters<typeof queryOf>[0] }) {
  const query = useQuery(sample(queryOf(asked)))
  return (
    <Loaded query={query} lines={6}>
      {(drawn) => <Form drawn={drawn} />}
    </Loaded>
  )
}

const units = { decisions: 'decision', verdicts: 'verdict', versions: 'version', findings: 'finding' } as const

/** How a sample was drawn, so that whoever answers can draw it again. */
function sampleText({ population, rows, population_size, seed, population_digest }: Sample): string {
  const count = counted(rows.length, units[population])
  const how = seed === null ? '' : `, drawn at random with the seed "${seed}"`
  return `About ${count} of ${population_size}${how} (population ${population_digest}).`
}

function Form({ drawn }: { drawn?: Sample }) {
  const client = useQueryClient()
  const navigate = route.useNavigate()
  const [seat] = useSeats()
  const [title, setTitle] = useState('')
  const [draft, setDraft, forget] = useDraft(drawn ? `auditor-request/${drawn.population_digest}` : 'auditor-request')
  const text = draft === '' && drawn ? sampleText(drawn) : draft
  const [objects, setObjects] = useState<string[]>([])
  const [due, setDue] = useState('')
  const [assignee, setAssignee] = useState('')
  const rows = drawn?.rows.slice(0, mostObjects) ?? []
  const make = useMutation({
    mutationFn: async () => {
      const names = await objectNames(objects)
      const end = endOfDay(due)
      return ask({
        title,
        text,
        objects: [...(drawn ? rows.map((row) => objectOfRow(drawn.population, row)) : []), ...names],
        // The last day of the seat counts until the seat ends.
        due_at: seat?.until !== undefined && due === seat.until.slice(0, 10) && end > seat.until ? seat.until : end,
        ...(assignee === '' ? {} : { assignee: PersonId.parse(assignee) }),
      })
    },
    onSuccess: async ({ id }) => {
      forget()
      await client.invalidateQueries({ queryKey: ['auditors', 'requests'] })
      void navigate({ search: { tab: 'requests', request: id } })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    make.mutate()
  }
  return (
    <div className="cols">
      <Card title={drawn ? 'Ask about this sample' : 'Ask for something'}>
        <form onSubmit={submit} className="stack">
          <TextInput
            label="In a line"
            required
            withAsterisk={false}
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            data-autofocus
          />
          <Textarea
            label="What you need"
            description="Markdown. Whoever answers sees nothing else of what you look at."
            autosize
            minRows={4}
            maxRows={16}
            required
            withAsterisk={false}
            value={text}
            onChange={(event) => setDraft(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
          />
          <ObjectsInput label={drawn ? 'And about' : 'About'} value={objects} onChange={setObjects} />
          <div className="row" style={{ alignItems: 'end', flexWrap: 'wrap', gap: 16 }}>
            <TextInput
              label="By when, that day included"
              type="date"
              min={today()}
              size="sm"
              required
              withAsterisk={false}
              max={seat?.until?.slice(0, 10)}
              value={due}
              onChange={(event) => setDue(event.currentTarget.value)}
            />
            <AnswererChoice label="Who answers" value={assignee} onChange={setAssignee} />
          </div>
          {make.error && <ErrorState error={make.error} />}
          <div className="row">
            <Button type="submit" kind="go" busy={make.isPending}>
              Ask
            </Button>
            <Link from="/auditor" to="." search={{ tab: 'requests' }} className="small">
              Not now
            </Link>
          </div>
        </form>
      </Card>
      <aside aria-label="What happens next">
        {drawn && (
          <Card title={counted(rows.length, units[drawn.population])}>
            <ol className="small" style={{ margin: 0, paddingLeft: 20, maxHeight: 260, overflow: 'auto' }}>
              {rows.map(({ id, model, version, environment }) => (
                <li key={id}>
                  {model} {version} {environment && `in ${environment}`}
                </li>
              ))}
            </ol>
            {drawn.rows.length > rows.length && (
              <p className="small">A request names {mostObjects} things at most: these are the first.</p>
            )}
          </Card>
        )}
        <Card title="What happens next">
          <p className="small">
            Your hosts are told, or the one person whom you name. They answer with text and links, or say why not. You
            close the request, or send the answer back with what is missing. Every round is kept.
          </p>
        </Card>
      </aside>
    </div>
  )
}
