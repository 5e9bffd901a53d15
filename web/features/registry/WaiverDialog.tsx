import { Modal, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { ScanFinding } from '../../../src/modules/artifacts/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { endOfDay } from '../duties/end-of-day.ts'
import { giveWaiver } from '../reviews/queries.ts'

type Props = { version: ModelVersion; finding: ScanFinding; onClose: () => void }

/** Who waives says why and until when; the name is the one of whoever is signed in. */
export function WaiverDialog({ version, finding, onClose }: Props) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState('')
  const give = useMutation({
    mutationFn: () => {
      const { path, rule, what } = finding
      return giveWaiver(version.model, version.version, {
        kind: 'scan',
        path,
        rule,
        what,
        reason,
        until: endOfDay(until),
      })
    },
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
    <Modal opened onClose={onClose} title="Waive a finding" size={520} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        <p>
          <Fact>{finding.what}</Fact> in <Fact>{finding.path}</Fact>: nobody can vouch for it. A waiver counts for this
          version alone, stands in the trail under your name, and ends by itself.
        </p>
        <Textarea
          label="Why it may be used"
          autosize
          minRows={2}
          required
          minLength={10}
          withAsterisk={false}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
        />
        <TextInput
          label="Until, that day included"
          type="date"
          required
          withAsterisk={false}
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
