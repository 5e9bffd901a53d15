import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import { type Assignment, type Cell, dutyNames, type Subject } from '../../../src/modules/duties/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Human } from '../../ui/Voice.tsx'
import { PersonName, useMe } from '../access/people.tsx'
import { AnswerButtons } from './AnswerButtons.tsx'
import { DeputyForm } from './DeputyForm.tsx'
import { PersonChoice } from './PersonChoice.tsx'
import { about, endDeputy, endDuty, propose } from './queries.ts'
import { alarmWords, cellTones, dutyTitle } from './words.ts'

type Props = { subject: Subject; cell: Cell; mayAssign: boolean; onClose: () => void }

/** One duty on one record: who holds it, what is wrong with it, and what can be done. */
export function CellPeek({ subject, cell, mayAssign, onClose }: Props) {
  const { tone, word } = cellTones[cell.state]
  return (
    <Peek title={`${dutyTitle(cell.duty)} of ${subject.name}`} onClose={onClose}>
      <p>
        <Tone tone={tone}>{word}</Tone>
      </p>
      {cell.alarm && <p>{alarmWords[cell.alarm]}</p>}
      {cell.conflicts.map(({ message, person, duties }) => (
        <p key={`${person} ${duties.join(' ')}`}>
          {message} It is <PersonName id={person} />, or somebody they stand in for.
        </p>
      ))}
      {cell.assignments.length === 0 && <p className="quiet">Nobody was asked.</p>}
      {cell.assignments.map((assignment) => (
        <Held key={assignment.id} assignment={assignment} mayAssign={mayAssign} />
      ))}
      {mayAssign && <Ask subject={subject} cell={cell} />}
    </Peek>
  )
}

function Held({ assignment, mayAssign }: { assignment: Assignment; mayAssign: boolean }) {
  const client = useQueryClient()
  const me = useMe()
  const [ending, setEnding] = useState(false)
  const isMine = me === assignment.person
  const stop = useMutation({
    mutationFn: (deputy: string) => endDeputy(assignment.id, deputy),
    onSuccess: () => client.invalidateQueries({ queryKey: ['duties'] }),
  })
  return (
    <section style={{ marginBottom: 14 }} aria-label={`${assignment.state} duty`}>
      <h3>
        <PersonName id={assignment.person} />
      </h3>
      <p className="small">
        {assignment.state === 'proposed' && (
          <>
            Asked <Moment at={assignment.proposed_at} /> by <PersonName id={assignment.proposed_by} />.
          </>
        )}
        {assignment.state === 'accepted' && assignment.answered_at && (
          <>
            Accepted <Moment at={assignment.answered_at} />.
          </>
        )}
        {assignment.state === 'declined' && assignment.answered_at && (
          <>
            Declined <Moment at={assignment.answered_at} />.
          </>
        )}
      </p>
      {assignment.reason && <Human>{assignment.reason}</Human>}
      {assignment.answer && <Human>{assignment.answer}</Human>}
      {assignment.deputies.map((deputy) => (
        <p key={deputy.id} className="small">
          <PersonName id={deputy.person} /> stands in until <Moment at={deputy.ends_at} />.{' '}
          {(mayAssign || isMine) && (
            <Button kind="bare" onClick={() => stop.mutate(deputy.id)}>
              End
            </Button>
          )}
        </p>
      ))}
      {stop.error && <ErrorState error={stop.error} />}
      {isMine && assignment.state === 'proposed' && <AnswerButtons assignment={assignment} />}
      {(mayAssign || isMine) && assignment.state === 'accepted' && <DeputyForm assignment={assignment} />}
      {(mayAssign || isMine) && (
        <Button kind="bare" onClick={() => setEnding(true)}>
          {isMine ? 'Lay it down' : assignment.state === 'declined' ? 'Let it rest' : 'End this duty'}
        </Button>
      )}
      <ReasonDialog
        opened={ending}
        onClose={() => setEnding(false)}
        title="End a duty"
        action="End it"
        run={(reason) => endDuty(assignment.id, reason)}
      >
        <PersonName id={assignment.person} /> is no longer {dutyNames[assignment.duty]} of {assignment.subject.name}.
      </ReasonDialog>
    </section>
  )
}

function Ask({ subject, cell }: { subject: Subject; cell: Cell }) {
  const client = useQueryClient()
  const [person, setPerson] = useState('')
  const [reason, setReason] = useState('')
  const ask = useMutation({
    mutationFn: () => propose({ ...about(subject), duty: cell.duty, person: PersonId.parse(person), reason }),
    onSuccess: async () => {
      setPerson('')
      setReason('')
      await client.invalidateQueries({ queryKey: ['duties'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    ask.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <h3>Ask somebody</h3>
      <PersonChoice label="Person" value={person} onChange={setPerson} />
      <TextInput
        label="Why"
        size="xs"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={1000}
      />
      {ask.error && <ErrorState error={ask.error} />}
      <div>
        <Button type="submit" kind="go" disabled={person === ''} busy={ask.isPending}>
          Propose
        </Button>
      </div>
    </form>
  )
}
