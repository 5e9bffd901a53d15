import { Modal, NumberInput, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { BreakGlassResult } from '../../../src/modules/break-glass/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'

type Props = {
  title: string
  /** What will happen, in a sentence or two. */
  children: ReactNode
  label: string
  action: string
  /** The most hours that can be asked for; left out where they are settled already. */
  longest?: number
  run: (reason: string, hours: number | undefined) => Promise<BreakGlassResult>
  onClose: () => void
}

/** One of the two people says why. What separation of duties says against it stands in the dialog. */
export function GlassDialog({ title, children, label, action, longest, run, onClose }: Props) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState(longest)
  const work = useMutation({
    mutationFn: () => run(reason.trim(), hours),
    onSuccess: async ({ outcome }) => {
      if (outcome === 'recorded') onClose()
      await client.invalidateQueries()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    work.mutate()
  }
  const reasons = work.data?.outcome === 'refused' ? work.data.reasons : []
  return (
    <Modal opened onClose={onClose} title={title} size={540} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        <div>{children}</div>
        <Textarea
          label={label}
          description="Stands in the trail and in the finding."
          autosize
          minRows={3}
          maxRows={8}
          required
          minLength={10}
          withAsterisk={false}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
          data-autofocus
        />
        {longest !== undefined && (
          <NumberInput
            label={`For how many hours, at most ${longest}`}
            description="They count from the moment when somebody confirms."
            min={1}
            max={longest}
            allowDecimal={false}
            value={hours ?? longest}
            onChange={(value) => setHours(typeof value === 'number' ? value : longest)}
            styles={{ wrapper: { maxWidth: 120 } }}
          />
        )}
        {reasons.map(({ rule, message }) => (
          <p key={rule}>
            <Tone tone="blocked" wrap>
              {message}
            </Tone>
          </p>
        ))}
        {work.error && <ErrorState error={work.error} />}
        <div className="row">
          <Button type="submit" kind="refuse" busy={work.isPending}>
            {action}
          </Button>
          <Button kind="bare" onClick={onClose}>
            Not now
          </Button>
        </div>
      </form>
    </Modal>
  )
}
