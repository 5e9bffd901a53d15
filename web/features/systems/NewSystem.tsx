import { Modal, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import type { System } from '../../../src/modules/systems/schema.ts'
import { fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { useKeys } from '../../ui/keys.ts'
import { ErrorState } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { useMay } from '../access/people.tsx'
import { PersonChoice } from '../duties/PersonChoice.tsx'
import { propose } from '../duties/queries.ts'
import { createSystem } from './queries.ts'

/** Four fields; everything else is said later, on its page. */
export function NewSystem() {
  const [open, setOpen] = useState(false)
  useKeys([{ keys: 'n', label: 'Register an AI system', run: () => setOpen(true) }])
  return (
    <>
      <Button kind="go" hint="n" onClick={() => setOpen(true)}>
        Register a system
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title="Register an AI system"
        size={560}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

const nothing = { name: '', purpose: '', affected: '', owner: '' }
const human = { input: { fontFamily: 'var(--human)', fontSize: 15 } }

function Form({ close }: { close: () => void }) {
  const client = useQueryClient()
  const go = useGo()
  const may = useMay()
  const [draft, setDraft] = useState(nothing)
  const set = (field: keyof typeof nothing) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [field]: event.currentTarget.value })
  const create = useMutation({
    mutationFn: async (): Promise<System> => {
      const { owner, ...about } = draft
      const made = await createSystem({ ...about, limits: '', jurisdictions: [], tier: null })
      if (owner !== '') {
        const person = PersonId.parse(owner)
        await propose({ system: made.name, duty: 'accountable_owner', person, reason: 'The system was registered.' })
      }
      return made
    },
    onSuccess: async (made) => {
      close()
      await client.invalidateQueries()
      go(`/systems/${encodeURIComponent(made.name)}`)
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <TextInput
        label="Name"
        data-autofocus
        required
        withAsterisk={false}
        maxLength={200}
        value={draft.name}
        onChange={set('name')}
        error={fieldError(create.error, 'name')}
      />
      <Textarea
        label="Purpose"
        description="What it is for, in the words of whoever uses it."
        autosize
        minRows={2}
        maxRows={8}
        value={draft.purpose}
        onChange={set('purpose')}
        styles={human}
      />
      <Textarea
        label="Whom it affects"
        autosize
        minRows={1}
        maxRows={6}
        value={draft.affected}
        onChange={set('affected')}
        styles={human}
      />
      {may('duty.write') && (
        <PersonChoice
          label="Accountable owner"
          any="Nobody yet"
          value={draft.owner}
          onChange={(owner) => setDraft({ ...draft, owner })}
        />
      )}
      {create.error && <ErrorState error={create.error} />}
      <div className="row">
        <Button type="submit" kind="go" busy={create.isPending}>
          Register
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}
