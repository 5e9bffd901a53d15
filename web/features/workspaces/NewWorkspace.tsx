import { Modal, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { nameProblem } from '../../../src/modules/workspaces/schema.ts'
import { fieldError } from '../../api/problem.ts'
import { enterWorkspace, isFirstWorkspace } from '../../api/workspace.ts'
import { Button } from '../../ui/Button.tsx'
import { useKeys } from '../../ui/keys.ts'
import { ErrorState } from '../../ui/States.tsx'
import { session } from '../access/queries.ts'
import { createWorkspace } from './queries.ts'

/** For administrators of main, who make workspaces. */
export function NewWorkspace() {
  const { data } = useQuery(session)
  const may = isFirstWorkspace() && data?.permissions.includes('access.write') === true
  const [open, setOpen] = useState(false)
  useKeys(may ? [{ keys: 'n', label: 'Make a workspace', run: () => setOpen(true) }] : [])
  if (!may) return null
  return (
    <>
      <Button kind="go" hint="n" onClick={() => setOpen(true)}>
        Make a workspace
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title="Make a workspace"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Form({ close }: { close: () => void }) {
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const create = useMutation({
    mutationFn: () => createWorkspace(name.trim(), description.trim()),
    onSuccess: (made) => enterWorkspace(made.name),
  })
  const problem = name.length > 1 ? nameProblem(name.trim()) : undefined
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <TextInput
        label="Name"
        description="Small letters, digits and hyphens. It stays: it is part of the name of the workspace’s trail."
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={problem ?? fieldError(create.error, 'name')}
        data-autofocus
      />
      <Textarea
        label="What it is for"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        error={fieldError(create.error, 'description')}
        autosize
        minRows={2}
      />
      {create.error && <ErrorState error={create.error} />}
      <div className="row">
        <Button type="submit" kind="go" busy={create.isPending} disabled={problem !== undefined}>
          Make it and go there
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}
