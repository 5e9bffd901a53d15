import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Grant, type Person, RoleName } from '../../../src/modules/access/schema.ts'
import { dutyNames } from '../../../src/modules/duties/schema.ts'
import { ApiError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { KeyValues, Pair } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { counted, Fact } from '../../ui/Voice.tsx'
import { HandoverDialog } from '../duties/Handover.tsx'
import { openDutiesOf } from '../duties/queries.ts'
import { ResetSecondFactor } from '../signin/ResetSecondFactor.tsx'
import { grantText } from './grants.ts'
import { Identities } from './Identities.tsx'
import { useMay } from './people.tsx'
import { addGrant, disablePerson, enablePerson, removeGrant, roles } from './queries.ts'

export function PersonPeek({ person, onClose }: { person: Person; onClose: () => void }) {
  const may = useMay()
  const writes = may('access.write')
  return (
    <Peek title={person.name} onClose={onClose}>
      <KeyValues>
        <Pair name="Signs in as">
          <Fact>{person.login}</Fact>
        </Pair>
        <Pair name="Kind">{person.kind}</Pair>
        <Pair name="Since" wrap>
          <Moment at={person.created_at} form="both" />
        </Pair>
        {person.disabled_at && (
          <Pair name="Disabled" wrap>
            <Moment at={person.disabled_at} form="both" />
          </Pair>
        )}
      </KeyValues>
      <h3 style={{ marginTop: 12 }}>Roles</h3>
      <Grants person={person} writes={writes} />
      {may('audit.read') && (
        <p style={{ marginTop: 12 }}>
          <PathLink to={`/trail?actor=${person.id}`}>What {person.name} did</PathLink>
        </p>
      )}
      {writes && person.kind === 'person' && <Identities person={person} />}
      {writes && (person.disabled_at === null ? <Disable person={person} /> : <Enable person={person} />)}
      {writes && person.kind === 'person' && person.disabled_at === null && <ResetSecondFactor person={person} />}
    </Peek>
  )
}

function Grants({ person, writes }: { person: Person; writes: boolean }) {
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: ['access'] })
  const take = useMutation({
    mutationFn: (grant: Grant) => removeGrant(person.id, grant.role, grant.model),
    onSuccess: refresh,
  })
  const { data: known = [] } = useQuery(roles)
  const [role, setRole] = useState('developer')
  const [model, setModel] = useState('')
  const give = useMutation({
    mutationFn: () => addGrant(person.id, { role, model: model.trim() || null }),
    onSuccess: refresh,
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    give.mutate()
  }
  return (
    <>
      {person.grants.length === 0 && <span className="quiet small">None: this account may do nothing.</span>}
      {person.grants.map((grant) => (
        <div key={grantText(grant)} className="row" style={{ justifyContent: 'space-between' }}>
          {grantText(grant)}
          {writes && grant.seat === undefined && (
            <Button kind="bare" onClick={() => take.mutate(grant)} aria-label={`Take away ${grantText(grant)}`}>
              Take away
            </Button>
          )}
        </div>
      ))}
      {writes && (
        <form onSubmit={submit} className="stack" style={{ marginTop: 8 }}>
          <NativeSelect
            aria-label="Role"
            size="xs"
            value={role}
            onChange={(event) => setRole(RoleName.parse(event.currentTarget.value))}
            data={known.length > 0 ? known.map(({ name }) => name) : ['developer']}
          />
          <TextInput
            aria-label="Only for the model"
            placeholder="every model"
            size="xs"
            value={model}
            onChange={(event) => setModel(event.currentTarget.value)}
          />
          <div>
            <Button type="submit" busy={give.isPending}>
              Give this role
            </Button>
          </div>
        </form>
      )}
      {(give.error ?? take.error) && <ErrorState error={give.error ?? take.error} />}
    </>
  )
}

function Enable({ person }: { person: Person }) {
  const client = useQueryClient()
  const enable = useMutation({ mutationFn: () => enablePerson(person.id), onSuccess: () => client.invalidateQueries() })
  return (
    <div style={{ marginTop: 12 }} className="stack">
      <p className="small quiet" style={{ margin: 0 }}>
        Roles and password are as they were. Tokens from before stay revoked.
      </p>
      <div>
        <Button onClick={() => enable.mutate()} busy={enable.isPending}>
          Open this account again
        </Button>
      </div>
      {enable.error && <ErrorState error={enable.error} />}
    </div>
  )
}

/** Two steps, because it ends every session and token at once; who holds duties is asked about them. */
function Disable({ person }: { person: Person }) {
  const client = useQueryClient()
  const [sure, setSure] = useState(false)
  const [handing, setHanding] = useState(false)
  const { data: duties = [] } = useQuery({ ...openDutiesOf(person.id), enabled: sure })
  const disable = useMutation({
    mutationFn: (leaveDuties: boolean) => disablePerson(person.id, leaveDuties),
    onSuccess: () => client.invalidateQueries(),
  })
  const held = disable.error instanceof ApiError && disable.error.problem.rule === 'duties-held'
  if (!sure) {
    return (
      <div style={{ marginTop: 12 }}>
        <Button onClick={() => setSure(true)}>Disable this account</Button>
      </div>
    )
  }
  return (
    <div style={{ marginTop: 12 }} className="stack">
      {duties.length > 0 && (
        <div>
          <p>
            {person.name} holds {counted(duties.length, 'duty', 'duties')}:
          </p>
          <ul className="small">
            {duties.map(({ id, duty, subject }) => (
              <li key={id}>
                {dutyNames[duty]} of {subject.name}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="row">
        {(duties.length > 0 || held) && <Button onClick={() => setHanding(true)}>Hand them over first</Button>}
        <Button kind="refuse" onClick={() => disable.mutate(duties.length > 0 || held)} busy={disable.isPending}>
          {duties.length > 0 || held ? 'Leave the duties and disable' : `Disable ${person.login} now`}
        </Button>
        <Button kind="bare" onClick={() => setSure(false)}>
          Not now
        </Button>
      </div>
      {disable.error && <ErrorState error={disable.error} />}
      {handing && <HandoverDialog opened from={person.id} onClose={() => setHanding(false)} />}
    </div>
  )
}
