import { useQuery } from '@tanstack/react-query'
import { Loaded } from '../../ui/States.tsx'
import { counted } from '../../ui/Voice.tsx'
import { people } from '../access/queries.ts'
import { InviteLine } from '../duties/InviteLine.tsx'
import { doors } from '../signin/queries.ts'

/** Whoever decides must be somebody else than whoever builds, so one person is not enough. */
export function InviteStep() {
  const query = useQuery(people)
  const { data: ways } = useQuery(doors)
  const providers = ways?.providers.map(({ label }) => label) ?? []
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>
        Nobody approves what they built: add at least one developer and one person who decides.
        {providers.length > 0 &&
          ` Whoever comes by ${providers.join(' or ')} needs no invitation where groups give roles.`}
      </p>
      <Loaded query={query} lines={2}>
        {(list) => {
          const here = list.filter(
            ({ kind, grants, disabled_at }) => kind === 'person' && grants.length > 0 && !disabled_at,
          )
          return (
            <div>
              <p style={{ margin: '0 0 6px' }}>{counted(here.length, 'person has', 'people have')} a role here.</p>
              <ul className="small" style={{ margin: 0 }}>
                {here.slice(0, 12).map(({ id, name, grants }) => (
                  <li key={id}>
                    {name} <span className="quiet">{[...new Set(grants.map(({ role }) => role))].join(', ')}</span>
                  </li>
                ))}
              </ul>
            </div>
          )
        }}
      </Loaded>
      <InviteLine subjects={[]} />
    </div>
  )
}
