import { MultiSelect, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type NewToken, Permission } from '../../../src/modules/access/schema.ts'
import { fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { workspaces } from '../workspaces/queries.ts'
import { useMay } from './people.tsx'
import { createToken, people, session } from './queries.ts'

export function TokenForm({ onMade }: { onMade: (made: NewToken) => void }) {
  const client = useQueryClient()
  const may = useMay()
  const { data: me } = useQuery(session)
  const { data: known = [] } = useQuery(people)
  const [name, setName] = useState('')
  const [days, setDays] = useState(90)
  const [scopes, setScopes] = useState<string[]>([])
  const [service, setService] = useState('')
  const [workspace, setWorkspace] = useState('')
  const { data: places = [] } = useQuery(workspaces)
  const services = known.filter((person) => person.kind === 'service' && person.disabled_at === null)
  const owner = services.find((person) => person.id === service)
  const make = useMutation({
    mutationFn: () =>
      createToken({
        name,
        scopes: scopes.length > 0 ? scopes.map((scope) => Permission.parse(scope)) : null,
        expires_in_days: days,
        ...(owner ? { person: owner.id } : {}),
        ...(workspace === '' ? {} : { workspace }),
      }),
    onSuccess: async (made) => {
      onMade(made)
      setName('')
      await client.invalidateQueries({ queryKey: ['access', 'tokens'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    make.mutate()
  }
  return (
    <Card title="Make a token">
      <form onSubmit={submit} className="stack">
        <TextInput
          label="What it is for"
          size="sm"
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(make.error, 'name')}
        />
        <MultiSelect
          label="It may"
          description="Nothing chosen means everything its owner may."
          size="sm"
          data={owner ? [...Permission.options] : [...(me?.permissions ?? [])]}
          value={scopes}
          onChange={setScopes}
          comboboxProps={{ transitionProps: { duration: 0 } }}
          clearable
        />
        <NumberInput
          label="Days until it ends"
          size="sm"
          min={1}
          max={366}
          value={days}
          onChange={(value) => setDays(Number(value) || 90)}
          hideControls
        />
        {may('access.write') && services.length > 0 && (
          <NativeSelect
            label="Acts as"
            size="sm"
            value={service}
            onChange={(event) => setService(event.currentTarget.value)}
            data={[
              { value: '', label: 'myself' },
              ...services.map((person) => ({ value: person.id, label: person.name })),
            ]}
          />
        )}
        {places.length > 1 && (
          <NativeSelect
            label="It opens"
            size="sm"
            value={workspace}
            onChange={(event) => setWorkspace(event.currentTarget.value)}
            data={[
              { value: '', label: 'every workspace of its owner' },
              ...places.map(({ name: place }) => ({ value: place, label: `${place} only` })),
            ]}
          />
        )}
        {make.error && <ErrorState error={make.error} />}
        <div>
          <Button type="submit" kind="go" busy={make.isPending}>
            Make the token
          </Button>
        </div>
      </form>
    </Card>
  )
}
