import { Modal, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { giveWaiver } from './queries.ts'

type Props = {
  requirement: Requirement
  waivable: NonNullable<Requirement['waivable']>
  about: { model: string; version: number }
  environment: string
  onClose: () => void
}

const day = 86_400_000
const handwritten = { input: { fontFamily: 'var(--human)', fontSize: 15 } }

/** Who waives says why, what keeps the risk small meanwhile, and until when. */
export function RequirementWaiverDialog({ requirement, waivable, about, environment, onClose }: Props) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const [control, setControl] = useState('')
  const [until, setUntil] = useState('')
  const give = useMutation({
    mutationFn: () =>
      giveWaiver(about.model, about.version, {
        kind: 'requirement',
        environment,
        policy: requirement.policy.name,
        requirement: requirement.id,
        reason,
        control,
        until: `${until}T23:59:59.999Z`,
      }),
    onSuccess: async ({ outcome }) => {
      if (outcome === 'recorded') onClose()
      await client.invalidateQueries()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    give.mutate()
  }
  const reasons = give.data?.outcome === 'refused' ? give.data.reasons : []
  return (
    <Modal opened onClose={onClose} title="Waive a requirement" size={560} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        <p>
          <strong>{requirement.title}</strong>
          <br />
          <span className="quiet">{requirement.explanation}</span>
        </p>
        <p>
          {about.model} {about.version} may run in {environment} as if this were met. The waiver is of this version
          alone, stands in every verdict under your name, and the version is denied again when it ends. Somebody with
          the role {waivable.roles.join(' or ')} may waive it for at most{' '}
          {waivable.max_days === 1 ? 'one day' : `${waivable.max_days} days`}.
        </p>
        <Textarea
          label="Why it may run without it"
          autosize
          minRows={2}
          required
          minLength={10}
          withAsterisk={false}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          styles={handwritten}
        />
        <Textarea
          label="Compensating control"
          description="What keeps the risk small meanwhile, and who sees to it."
          autosize
          minRows={2}
          required
          minLength={10}
          withAsterisk={false}
          value={control}
          onChange={(event) => setControl(event.currentTarget.value)}
          styles={handwritten}
        />
        <TextInput
          label="Until, that day included (UTC)"
          type="date"
          required
          withAsterisk={false}
          min={dayIn(0)}
          max={dayIn(waivable.max_days)}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        {reasons.map(({ rule, message }) => (
          <p key={rule}>
            <Tone tone="blocked" wrap>
              {message}
            </Tone>
          </p>
        ))}
        {give.error && <ErrorState error={give.error} />}
        <div className="row">
          <Button type="submit" kind="go" disabled={until === ''} busy={give.isPending}>
            Waive it
          </Button>
          <Button onClick={onClose}>Not now</Button>
        </div>
      </form>
    </Modal>
  )
}

const dayIn = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10)
