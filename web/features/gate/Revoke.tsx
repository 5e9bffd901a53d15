import { Modal, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Verdict } from '../../../src/modules/gate/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { useMay } from '../access/people.tsx'
import { revoke } from './queries.ts'

/** Offered for a verdict that still lets something run, to those who may decide about the model. */
export function Revoke({ verdict }: { verdict: Verdict }) {
  const may = useMay()
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const take = useMutation({
    mutationFn: () => revoke({ of: 'verdict', verdict: verdict.id, reason }),
    onSuccess: async () => {
      setOpen(false)
      await client.invalidateQueries({ queryKey: ['gate'] })
    },
  })
  const isLive = verdict.outcome !== 'denied' && !verdict.revocation && Date.parse(verdict.expires_at) > Date.now()
  if (!isLive || !may('review.decide', verdict.model)) return null
  function submit(event: FormEvent) {
    event.preventDefault()
    take.mutate()
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>Revoke…</Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title="Revoke this verdict"
        size={520}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form onSubmit={submit} className="stack">
          <p>
            It lets {verdict.model} {verdict.version} run in {verdict.environment}. Revoked, it stands on the signed
            list, and whoever verifies it against the list refuses it. What runs already goes on running. The gate
            answers anew when it is asked again.
          </p>
          <Textarea
            label="Why it must not be used"
            autosize
            minRows={2}
            required
            minLength={10}
            withAsterisk={false}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
          />
          {take.error && <ErrorState error={take.error} />}
          <div className="row">
            <Button type="submit" kind="go" busy={take.isPending}>
              Revoke it
            </Button>
            <Button onClick={() => setOpen(false)}>Not now</Button>
          </div>
        </form>
      </Modal>
    </>
  )
}
