import { Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import type { Delegation, ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Human } from '../../ui/Voice.tsx'
import { PersonName, useMay, useMe } from '../access/people.tsx'
import { endOfDay } from '../duties/end-of-day.ts'
import { PersonChoice } from '../duties/PersonChoice.tsx'
import { delegate, endDelegation } from './queries.ts'
import { Refusal } from './Refusal.tsx'

/** Who decides in whose place, and handing on one's own decision. */
export function Delegations({ sheet }: { sheet: ReviewSheet }) {
  const { review, delegations, conflicts } = sheet
  const me = useMe()
  const may = useMay()('review.decide', review.model)
  const isUndecided = review.state === 'open' || review.state === 'changes_requested'
  const active = delegations.filter(({ state }) => state === 'active')
  const mayHandOn = may && isUndecided && conflicts.length === 0
  if (active.length === 0 && !mayHandOn) return null
  return (
    <Card title="In whose place">
      <div className="stack">
        {active.map((each) => (
          <Active key={each.id} review={review.id} delegation={each} isMine={each.from === me || each.to === me} />
        ))}
        {mayHandOn && <HandOn review={review.id} me={me} />}
      </div>
    </Card>
  )
}

function Active({ review, delegation, isMine }: { review: string; delegation: Delegation; isMine: boolean }) {
  const client = useQueryClient()
  const end = useMutation({
    mutationFn: () => endDelegation(review, delegation.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['reviews'] }),
  })
  return (
    <div>
      <PersonName id={delegation.to} /> decides in the place of <PersonName id={delegation.from} /> until{' '}
      <Moment at={delegation.ends_at} form="both" />.<Human>{delegation.reason}</Human>
      {isMine && (
        <Button kind="bare" busy={end.isPending} onClick={() => end.mutate()}>
          End it now
        </Button>
      )}
      {end.error && <ErrorState error={end.error} />}
    </div>
  )
}

function HandOn({ review, me }: { review: string; me: string | undefined }) {
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const [to, setTo] = useState('')
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const hand = useMutation({
    mutationFn: () => delegate(review, { to: PersonId.parse(to), until: endOfDay(until), reason }),
    onSuccess: async (result) => {
      if (result.outcome === 'recorded') setOpen(false)
      await client.invalidateQueries({ queryKey: ['reviews'] })
    },
  })
  if (!open) {
    return (
      <div>
        <Button onClick={() => setOpen(true)}>Let somebody else decide …</Button>
      </div>
    )
  }
  const short = to === '' || until === '' || reason.trim().length < 10
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!short) hand.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <p className="small quiet" style={{ margin: 0 }}>
        They are compared with the developers and the requester, and so are you. Both names are signed; you count as one
        person.
      </p>
      <PersonChoice
        label="Who decides in your place"
        value={to}
        onChange={setTo}
        {...(me === undefined ? {} : { except: me })}
      />
      <TextInput
        label="Until, that day included"
        type="date"
        size="xs"
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      <Textarea
        label="Why, in at least ten characters"
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      {hand.error && <ErrorState error={hand.error} />}
      {hand.data?.outcome === 'refused' && <Refusal what="The server refused this" reasons={hand.data.reasons} />}
      <div className="row">
        <Button type="submit" disabled={short} busy={hand.isPending}>
          Hand it on
        </Button>
        <Button kind="bare" onClick={() => setOpen(false)}>
          Not now
        </Button>
      </div>
    </form>
  )
}
