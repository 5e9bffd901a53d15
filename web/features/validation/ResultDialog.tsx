import { Modal, NativeSelect, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { TestResult, ValidationTest } from '../../../src/modules/validation/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { finishTest } from './queries.ts'

/** A result is said once. */
export function ResultDialog({ test, onClose }: { test: ValidationTest; onClose: () => void }) {
  const client = useQueryClient()
  const [outcome, setOutcome] = useState<TestResult['outcome']>('passed')
  const [result, setResult] = useState('')
  const finish = useMutation({
    mutationFn: () => finishTest(test.id, { outcome, result, evidence_id: null }),
    onSuccess: async () => {
      onClose()
      await client.invalidateQueries({ queryKey: ['validation'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    finish.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={test.title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        {test.expected && <p>Counts as passed: {test.expected}</p>}
        <NativeSelect
          label="How it went"
          value={outcome}
          onChange={({ currentTarget: { value } }) =>
            setOutcome(value === 'failed' || value === 'dropped' ? value : 'passed')
          }
          data={[
            { value: 'passed', label: 'passed' },
            { value: 'failed', label: 'failed' },
            { value: 'dropped', label: 'dropped: it was not done' },
          ]}
        />
        <Textarea
          label={outcome === 'dropped' ? 'Why it was not done' : 'What was seen'}
          description="Said once, and kept."
          required
          withAsterisk={false}
          minLength={10}
          autosize
          minRows={3}
          maxRows={10}
          value={result}
          onChange={(event) => setResult(event.currentTarget.value)}
          styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
          data-autofocus
        />
        {finish.error && <ErrorState error={finish.error} />}
        <div className="row">
          <Button type="submit" kind="go" busy={finish.isPending}>
            Keep the result
          </Button>
          <Button kind="bare" onClick={onClose}>
            Not now
          </Button>
        </div>
      </form>
    </Modal>
  )
}
