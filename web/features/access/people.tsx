import { useQuery } from '@tanstack/react-query'
import type { Permission, Person } from '../../../src/modules/access/schema.ts'
import { modelsOf, permits } from '../../../src/modules/access/schema.ts'
import { people, session } from './queries.ts'

/** The people by id, for names in sentences. Empty until they are known. */
export function usePeople(): ReadonlyMap<string, Person> {
  const { data } = useQuery(people)
  return new Map(data?.map((person) => [person.id, person]))
}

export function nameIn(directory: ReadonlyMap<string, Person>, id: string | null | undefined): string {
  if (!id) return 'nobody'
  if (id === 'server') return 'server'
  return directory.get(id)?.name ?? id
}

export function PersonName({ id }: { id: string | null | undefined }) {
  const directory = usePeople()
  const person = id ? directory.get(id) : undefined
  return <span title={person ? person.login : (id ?? undefined)}>{nameIn(directory, id)}</span>
}

/** The id of whoever is signed in. */
export function useMe(): string | undefined {
  return useQuery(session).data?.person.id
}

/** What the signed-in person may do, so that the page offers nothing that the server would refuse. */
export function useMay(): (permission: Permission, model?: string) => boolean {
  const { data } = useQuery(session)
  return (permission, model) =>
    data !== undefined &&
    (data.permissions.includes(permission) || permits({ grants: data.person.grants, scopes: null }, permission, model))
}

/** Whether the signed-in person may do it anywhere: in the workspace or on one of its models. */
export function useMayAnywhere(): (permission: Permission) => boolean {
  const { data } = useQuery(session)
  return (permission) =>
    data !== undefined &&
    (data.permissions.includes(permission) ||
      modelsOf({ grants: data.person.grants, scopes: null }, permission).length > 0)
}
