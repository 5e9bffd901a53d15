import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Person } from '../../../src/modules/access/schema.ts'
import type { Identity } from '../../../src/modules/signin/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { doors, identitiesOf, linkIdentity, unlinkIdentity } from '../signin/queries.ts'

/** Who an account is at the identity providers. Nothing is shown where there is no provider and never was one. */
export function Identities({ person }: { person: Person }) {
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: ['access', 'identities'] })
  const { data: ways } = useQuery(doors)
  const { data: known = [] } = useQuery(identitiesOf(person.id))
  const part = useMutation({
    mutationFn: (identity: Identity) => unlinkIdentity(person.id, identity),
    onSuccess: refresh,
  })
  const providers = ways?.providers ?? []
  if (providers.length === 0 && known.length === 0) return null
  return (
    <>
      <h3 style={{ marginTop: 12 }}>At identity providers</h3>
      {known.length === 0 && <span className="quiet small">Nowhere yet.</span>}
      {known.map((identity) => (
        <div key={`${identity.issuer} ${identity.subject}`} className="row" style={{ justifyContent: 'space-between' }}>
          <span>
            <Fact>{identity.subject}</Fact> <span className="quiet small">{identity.issuer}</span>
          </span>
          <Button kind="bare" onClick={() => part.mutate(identity)} aria-label={`Part from ${identity.subject}`}>
            Part
          </Button>
        </div>
      ))}
      {part.error && <ErrorState error={part.error} />}
      {providers.length > 0 && person.disabled_at === null && <LinkForm person={person} providers={providers} />}
    </>
  )
}

type Provider = { id: string; label: string }

function LinkForm({ person, providers }: { person: Person; providers: readonly Provider[] }) {
  const client = useQueryClient()
  const [provider, setProvider] = useState(providers[0]?.id ?? '')
  const [subject, setSubject] = useState('')
  const link = useMutation({
    mutationFn: () => linkIdentity(person.id, { provider, subject: subject.trim() }),
    onSuccess: async () => {
      setSubject('')
      await client.invalidateQueries({ queryKey: ['access', 'identities'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    link.mutate()
  }
  return (
    <form onSubmit={submit} className="stack" style={{ marginTop: 8 }}>
      <NativeSelect
        aria-label="Identity provider"
        size="xs"
        value={provider}
        onChange={(event) => setProvider(event.currentTarget.value)}
        data={providers.map(({ id, label }) => ({ value: id, label }))}
      />
      <TextInput
        aria-label="Subject at the provider"
        placeholder="its subject there, such as 00u1a2b3"
        size="xs"
        required
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" busy={link.isPending}>
          Link this identity
        </Button>
      </div>
      {link.error && <ErrorState error={link.error} />}
    </form>
  )
}
