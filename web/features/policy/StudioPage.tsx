import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { policies, policyVersion } from './queries.ts'
import { Studio } from './Studio.tsx'
import { publication } from './studio-queries.ts'

const route = getRouteApi('/signed-in/policies/$name/edit')

/** The policy studio begins with the newest version of a policy. */
export function StudioPage() {
  const { name } = route.useParams()
  const list = useQuery(policies)
  const mine = list.data?.filter((each) => each.name === name).toSorted((a, b) => b.version - a.version)
  const newest = mine?.[0]?.version
  const inForce = mine?.find(({ state }) => state === 'published')
  const start = useQuery({ ...policyVersion(name, newest ?? 1), enabled: list.data !== undefined })
  const kept = useQuery({ ...publication(name, newest ?? 1), enabled: list.data !== undefined })
  if (list.error) return <ErrorState error={list.error} retry={() => list.refetch()} />
  return (
    <Loaded query={start} lines={12} what={`Policy ${name}`}>
      {(policy) => (
        <Loaded query={kept} lines={12} what={`Tests of policy ${name}`}>
          {({ tests }) => <Studio key={name} start={policy} tests={tests} inForce={inForce} />}
        </Loaded>
      )}
    </Loaded>
  )
}
