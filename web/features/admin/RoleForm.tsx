import { TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Permission, type RoleDefinition } from '../../../src/modules/access/schema.ts'
import { fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { changeRole, defineRole, session } from '../access/queries.ts'
import styles from './RoleForm.module.css'

/** A named set of permissions; nobody defines one that may more than they do. */
export function RoleForm({ role, done }: { role: RoleDefinition | undefined; done: () => void }) {
  const client = useQueryClient()
  const { data: me } = useQuery(session)
  const [name, setName] = useState(role?.name ?? '')
  const [description, setDescription] = useState(role?.description ?? '')
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set(role?.permissions))
  function toggle(permission: Permission) {
    const next = new Set(chosen)
    if (!next.delete(permission)) next.add(permission)
    setChosen(next)
  }
  const save = useMutation({
    mutationFn: () => {
      const body = { description, permissions: [...chosen] }
      return role ? changeRole(role.name, { ...body, version: role.version }) : defineRole({ name, ...body })
    },
    onSuccess: async () => {
      setName('')
      setDescription('')
      setChosen(new Set())
      done()
      await client.invalidateQueries({ queryKey: ['access'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Card title={role ? `Change ${role.name}` : 'Define a role'}>
      <form onSubmit={submit} className="stack">
        {!role && (
          <TextInput
            label="Name"
            description="Lower-case letters, digits and -"
            size="xs"
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldError(save.error, 'name')}
          />
        )}
        <TextInput
          label="What it is for"
          size="xs"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <fieldset className={styles.permissions}>
          <legend>Permits</legend>
          {Permission.options.map((permission) => (
            <label key={permission}>
              <input
                type="checkbox"
                checked={chosen.has(permission)}
                disabled={me ? !me.permissions.includes(permission) : true}
                onChange={() => toggle(permission)}
              />
              <span className="fact">{permission}</span>
            </label>
          ))}
        </fieldset>
        {role && role.holders > 0 && (
          <p className="small">It holds at once for everyone who has the role ({role.holders}).</p>
        )}
        {save.error && <ErrorState error={save.error} />}
        <div className="row">
          <Button type="submit" kind="go" busy={save.isPending} disabled={chosen.size === 0}>
            {role ? 'Change it' : 'Define it'}
          </Button>
          {role && (
            <Button kind="bare" onClick={done}>
              Not now
            </Button>
          )}
        </div>
      </form>
    </Card>
  )
}
