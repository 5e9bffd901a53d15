import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { CopyButton } from '../../ui/Copy.tsx'
import { useGo } from '../../ui/sections.ts'
import { server } from '../server/queries.ts'
import { doors } from './queries.ts'
import { refusals } from './refusals.ts'
import { Sheet } from './Sheet.tsx'
import { SignInForm } from './SignInForm.tsx'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { next = '/' } = route.useSearch()
  const go = useGo()
  const { data } = useQuery(server)
  const { data: ways } = useQuery(doors)
  return (
    <Sheet
      title="Sign in"
      heading={`Sign in to ${data ? `workspace ${data.workspace}` : 'Modelkeep'}`}
      intro="The record of every model: what is allowed, on what basis, and who said so."
      foot={
        data && (
          <>
            <span className="fact">
              {data.name} {data.version}
            </span>{' '}
            at <span className="fact">{data.public_url}</span>
          </>
        )
      }
    >
      <Refusal />
      <SignInForm next={next} done={() => go(next)} />
      {ways?.set_up && (
        <p className="small quiet" style={{ marginTop: 16 }}>
          First start? <Link to="/set-up">Set this server up</Link> with the password that it printed in its terminal.
        </p>
      )}
    </Sheet>
  )
}

/** What became of the way over a provider. */
function Refusal() {
  const { refused, provider, reference } = route.useSearch()
  if (!refused) return null
  const { title, next } = refusals[refused]
  return (
    <div role="alert" style={{ margin: '10px 0 14px' }}>
      <p style={{ fontWeight: 550, margin: 0 }}>{title}</p>
      <p className="small quiet">{next}</p>
      {reference && (
        <p className="small">
          <span className="fact" style={{ overflowWrap: 'anywhere' }}>
            {provider} {reference}
          </span>{' '}
          <CopyButton text={`${provider} ${reference}`} what="reference" />
        </p>
      )}
    </div>
  )
}
