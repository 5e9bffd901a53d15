import { Modal, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import { dutyNames, type Handover as Result } from '../../../src/modules/duties/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { PersonChoice } from './PersonChoice.tsx'
import { handOver, openDutiesOf } from './queries.ts'

type Props = { opened: boolean; from?: string | undefined; onClose: () => void }

/** All duties of one person to another: shown first, then proposed, then the result line by line. */
export function HandoverDialog({ opened, from, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Hand duties over"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Wizard known={from} onClose={onClose} />
    </Modal>
  )
}

function Wizard({ known, onClose }: { known: string | undefined; onClose: () => void }) {
  const client = useQueryClient()
  const [from, setFrom] = useState(known ?? '')
  const [to, setTo] = useState('')
  const [reason, setReason] = useState('')
  const work = useMutation({
    mutationFn: () => handOver({ from: PersonId.parse(from), to: PersonId.parse(to), reason }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['duties'] }),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    work.mutate()
  }
  if (work.data) return <Outcome result={work.data} to={to} onClose={onClose} />
  return (
    <form onSubmit={submit} className="stack">
      <div className="halves">
        <PersonChoice label="From" value={from} onChange={setFrom} withLeft />
        <PersonChoice label="To" value={to} onChange={setTo} except={from} />
      </div>
      {from !== '' && <Held person={from} />}
      <Textarea
        label="Reason"
        description="Stands in the trail, and with each proposal."
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      {work.error && <ErrorState error={work.error} />}
      <div className="row">
        <Button
          type="submit"
          kind="go"
          busy={work.isPending}
          disabled={from === '' || to === '' || reason.trim() === ''}
        >
          Propose all of them
        </Button>
        <Button kind="bare" onClick={onClose}>
          Not now
        </Button>
      </div>
    </form>
  )
}

function Held({ person }: { person: string }) {
  const query = useQuery(openDutiesOf(person))
  return (
    <Loaded query={query} lines={2}>
      {(list) => (
        <div>
          <p>
            {list.length === 0 ? (
              'This person holds no duties.'
            ) : (
              <>
                <PersonName id={person} /> holds {counted(list.length, 'duty', 'duties')}. Each stays where it is until
                the other has accepted it.
              </>
            )}
          </p>
          <ul className="small">
            {list.map(({ id, duty, subject, state }) => (
              <li key={id}>
                {dutyNames[duty]} of {subject.name}
                {state === 'proposed' && ', not accepted yet'}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Loaded>
  )
}

function Outcome({ result, to, onClose }: { result: Result; to: string; onClose: () => void }) {
  return (
    <div className="stack">
      <p>
        {counted(result.proposed.length, 'duty', 'duties')} proposed to <PersonName id={to} />, who accepts or declines
        each.
      </p>
      <ul className="small">
        {result.proposed.map(({ id, duty, subject }) => (
          <li key={id}>
            <Tone tone="waiting">proposed</Tone> {dutyNames[duty]} of {subject.name}
          </li>
        ))}
        {result.skipped.map(({ duty, subject, reason }) => (
          <li key={`${subject.id} ${duty}`}>
            <Tone tone="attention">not proposed</Tone> {dutyNames[duty]} of {subject.name}: {reason}
          </li>
        ))}
      </ul>
      <div>
        <Button kind="go" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}
