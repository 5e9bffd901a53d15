import { Modal, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Validation } from '../../../src/modules/validation/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { planTest } from './queries.ts'

const areas = [
  { key: 'risk', label: 'What could go wrong' },
  { key: 'method', label: 'How it is done' },
  { key: 'expected', label: 'What counts as passed' },
] as const

export function TestDialog({ found, onClose }: { found: Validation; onClose: () => void }) {
  const client = useQueryClient()
  const [title, setTitle] = useState('')
  const [said, setSaid] = useState({ risk: '', method: '', expected: '' })
  const plan = useMutation({
    mutationFn: () => planTest(found, { environment: found.environment, title, ...said }),
    onSuccess: async () => {
      onClose()
      await client.invalidateQueries({ queryKey: ['validation'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    plan.mutate()
  }
  return (
    <Modal opened onClose={onClose} title="Add a test" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        <TextInput
          label="What is tested"
          required
          withAsterisk={false}
          minLength={5}
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-autofocus
        />
        {areas.map(({ key, label }) => (
          <Textarea
            key={key}
            label={label}
            autosize
            minRows={2}
            maxRows={8}
            value={said[key]}
            onChange={(event) => {
              const { value } = event.currentTarget
              setSaid((old) => ({ ...old, [key]: value }))
            }}
          />
        ))}
        {plan.error && <ErrorState error={plan.error} />}
        <div className="row">
          <Button type="submit" kind="go" busy={plan.isPending}>
            Add the test
          </Button>
          <Button kind="bare" onClick={onClose}>
            Not now
          </Button>
        </div>
      </form>
    </Modal>
  )
}
