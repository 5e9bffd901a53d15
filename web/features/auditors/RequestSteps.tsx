import { Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { RequestSheet } from '../../../src/modules/auditor-requests/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useDraft } from '../../ui/draft.ts'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { endOfDay, today } from '../duties/end-of-day.ts'
import { ObjectsInput } from './ObjectsInput.tsx'
import { objectNames, takeStep } from './request-queries.ts'

/** What the signed-in person can do with a request as it stands. Nothing is offered that the server would refuse. */
export function RequestSteps({ sheet: { request, steps } }: { sheet: RequestSheet }) {
  const { id, state } = request
  return (
    <>
      {steps.includes('answer') && (
        <Answer id={id} isMore={state === 'answered'} mayDecline={steps.includes('decline')} />
      )}
      {steps.includes('close') ? (
        <Judge id={id} />
      ) : (
        steps.includes('withdraw') && (
          <Card title="No longer needed?">
            <Ending id={id} step="withdraw" />
          </Card>
        )
      )}
    </>
  )
}

function Answer({ id, isMore, mayDecline }: { id: string; isMore: boolean; mayDecline: boolean }) {
  const client = useQueryClient()
  const [text, setText, forget] = useDraft(`auditor-answer/${id}`)
  const [objects, setObjects] = useState<string[]>([])
  const answer = useMutation({
    mutationFn: async () => takeStep(id, 'answers', { text, objects: await objectNames(objects) }),
    onSuccess: async () => {
      forget()
      setObjects([])
      await client.invalidateQueries({ queryKey: ['auditors'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    answer.mutate()
  }
  return (
    <Card title={isMore ? 'Add to the answer' : 'Answer'}>
      <form onSubmit={submit} className="stack">
        <Words label="What you answer" value={text} onChange={setText} />
        <ObjectsInput label="What shows it" value={objects} onChange={setObjects} />
        {answer.error && <ErrorState error={answer.error} />}
        <div className="row">
          <Button type="submit" kind={isMore ? 'plain' : 'go'} busy={answer.isPending} disabled={text.trim() === ''}>
            {isMore ? 'Add it' : 'Answer'}
          </Button>
          {mayDecline && <Ending id={id} step="decline" />}
        </div>
      </form>
    </Card>
  )
}

/** Two ways on from an answer: it is enough, or something is missing. */
function Judge({ id }: { id: string }) {
  const client = useQueryClient()
  const [text, setText, forget] = useDraft(`auditor-judgement/${id}`)
  const [due, setDue] = useState('')
  const judge = useMutation({
    mutationFn: (step: 'close' | 'return') =>
      takeStep(id, step, { text, ...(step === 'return' && due !== '' ? { due_at: endOfDay(due) } : {}) }),
    onSuccess: async () => {
      forget()
      setDue('')
      await client.invalidateQueries({ queryKey: ['auditors'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    judge.mutate('close')
  }
  const isBusy = (step: string) => judge.isPending && judge.variables === step
  return (
    <Card title="Is this enough?">
      <form onSubmit={submit} className="stack">
        <Words label="What is missing, or a last word" value={text} onChange={setText} />
        <TextInput
          label="If something is missing: a later day to have it by"
          type="date"
          min={today()}
          size="sm"
          value={due}
          onChange={(event) => setDue(event.currentTarget.value)}
          style={{ maxWidth: 320 }}
        />
        {judge.error && <ErrorState error={judge.error} />}
        <div className="row">
          <Button type="submit" kind="go" busy={isBusy('close')}>
            Close it, satisfied
          </Button>
          <Button busy={isBusy('return')} disabled={text.trim() === ''} onClick={() => judge.mutate('return')}>
            Send it back
          </Button>
          <Ending id={id} step="withdraw" />
          {text.trim() === '' && <span className="quiet small">To send it back, say what is missing.</span>}
        </div>
      </form>
    </Card>
  )
}

const endings = {
  decline: { button: 'Decline', title: 'Decline a request', says: 'The auditor reads why, and can ask again.' },
  withdraw: {
    button: 'Withdraw this request',
    title: 'Withdraw a request',
    says: 'It ends here and stays readable, with everything that was said.',
  },
} as const

function Ending({ id, step }: { id: string; step: keyof typeof endings }) {
  const [opened, setOpened] = useState(false)
  const { button, title, says } = endings[step]
  return (
    <>
      <Button kind="bare" onClick={() => setOpened(true)}>
        {button}
      </Button>
      <ReasonDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title={title}
        action={step === 'decline' ? 'Decline it' : 'Withdraw it'}
        run={(reason) => takeStep(id, step, { reason })}
      >
        {says}
      </ReasonDialog>
    </>
  )
}

function Words({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) {
  return (
    <Textarea
      label={label}
      autosize
      minRows={3}
      maxRows={14}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
    />
  )
}
