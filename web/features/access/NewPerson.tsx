import { Modal, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { RoleName } from '../../../src/modules/access/schema.ts'
import { fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { useKeys } from '../../ui/keys.ts'
import { ErrorState } from '../../ui/States.tsx'
import { addGrant, createPerson, lookUp, roles } from './queries.ts'

/** Invite with role and scope in one line. */
export function NewPerson() {
  const [open, setOpen] = useState(false)
  useKeys([{ keys: 'n', label: 'Add somebody', run: () => setOpen(true) }])
  return (
    <>
      <Button kind="go" hint="n" onClick={() => setOpen(true)}>
        Add somebody
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title="Add a person or a service"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Form({ close }: { close: () => void }) {
  const client = useQueryClient()
  const { data: known = [] } = useQuery(roles)
  const [draft, setDraft] = useState({
    login: '',
    name: '',
    kind: 'person',
    password: '',
    role: 'developer',
    model: '',
  })
  const create = useMutation({
    mutationFn: async () => {
      const grants = [{ role: RoleName.parse(draft.role), model: draft.model.trim() || null }]
      // Whoever has an account on this server is let in with it.
      const known = draft.kind === 'person' ? await lookUp(draft.login) : null
      if (known) for (const grant of grants) await addGrant(known.id, grant)
      else
        await createPerson({
          login: draft.login,
          name: draft.name,
          kind: draft.kind === 'service' ? 'service' : 'person',
          ...(draft.kind === 'person' && draft.password ? { password: draft.password } : {}),
          grants,
        })
    },
    onSuccess: async () => {
      close()
      await client.invalidateQueries({ queryKey: ['access'] })
    },
  })
  const set = (field: keyof typeof draft) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [field]: event.currentTarget.value })
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        value={draft.name}
        onChange={set('name')}
        error={fieldError(create.error, 'name')}
        data-autofocus
      />
      <TextInput
        label="Signs in as"
        required
        withAsterisk={false}
        value={draft.login}
        onChange={set('login')}
        error={fieldError(create.error, 'login')}
      />
      <NativeSelect
        label="Kind"
        value={draft.kind}
        onChange={set('kind')}
        data={[
          { value: 'person', label: 'Person' },
          { value: 'service', label: 'Service, signs in with tokens only' },
        ]}
      />
      {draft.kind === 'person' && (
        <PasswordInput
          label="First password"
          description="At least ten characters; to be changed by the person."
          value={draft.password}
          onChange={set('password')}
          error={fieldError(create.error, 'password')}
          autoComplete="new-password"
        />
      )}
      <NativeSelect
        label="Role"
        value={draft.role}
        onChange={set('role')}
        data={known.length > 0 ? known.map(({ name }) => name) : ['developer']}
      />
      <TextInput
        label="Only for the model"
        description="Empty means every model."
        value={draft.model}
        onChange={set('model')}
      />
      {create.error && <ErrorState error={create.error} />}
      <div className="row">
        <Button type="submit" kind="go" busy={create.isPending}>
          Add
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}
