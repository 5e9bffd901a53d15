import { TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { FactorAdded } from '../../../src/modules/signin/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { PasskeyProblem } from './PasskeyProblem.tsx'
import { addPasskey } from './queries.ts'

/** A name, then the browser asks for a finger, a face, a PIN or a key. */
export function AddPasskey({ onAdded }: { onAdded: (added: FactorAdded) => void }) {
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: () => addPasskey(name),
    onSuccess: (added) => {
      setName('')
      onAdded(added)
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <div className="row" style={{ alignItems: 'end' }}>
        <TextInput
          label="Name of the device or key"
          placeholder="Work laptop"
          size="sm"
          required
          withAsterisk={false}
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          style={{ flex: '1 1 200px' }}
        />
        <Button type="submit" busy={add.isPending}>
          Add a passkey
        </Button>
      </div>
      <PasskeyProblem error={add.error} />
    </form>
  )
}
