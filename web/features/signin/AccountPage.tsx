import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Account, FactorAdded } from '../../../src/modules/signin/schema.ts'
import { Card, Pairs } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { Loaded } from '../../ui/States.tsx'
import { ChangePassword } from '../access/ChangePassword.tsx'
import { session, tokens } from '../access/queries.ts'
import { CodesCard, PasskeysCard, TotpCard } from './FactorCards.tsx'
import { KeysCard } from './KeysCard.tsx'
import { account } from './queries.ts'
import { RecoveryCodes } from './RecoveryCodes.tsx'
import { SessionsCard } from './SessionsCard.tsx'

/** How one signs in, and where one is signed in. */
export function AccountPage() {
  const query = useQuery(account)
  const { data: me } = useQuery(session)
  return (
    <Page title="Your account" heading={me ? me.person.name : 'Your account'}>
      <Loaded query={query} lines={8}>
        {(of) => <Protected of={of} hasSession={me?.csrf !== ''} />}
      </Loaded>
    </Page>
  )
}

function Protected({ of, hasSession }: { of: Account; hasSession: boolean }) {
  const client = useQueryClient()
  const [codes, setCodes] = useState<readonly string[]>()
  const hasFactor = of.totp_since !== null || of.passkeys.length > 0
  function added({ recovery_codes, session: renewed }: FactorAdded) {
    client.setQueryData(session.queryKey, renewed)
    if (recovery_codes) setCodes(recovery_codes)
    void client.invalidateQueries({ queryKey: ['account'] })
  }
  if (!hasSession) {
    return (
      <Lead tone="unknown" detail="Sign in to change how an account is protected.">
        This server is open: nobody is signed in.
      </Lead>
    )
  }
  return (
    <>
      {codes ? <RecoveryCodes codes={codes} onKept={() => setCodes(undefined)} /> : <Standing of={of} />}
      <div className="cols">
        <div>
          {of.has_password && (
            <>
              <TotpCard of={of} onAdded={added} />
              <PasskeysCard of={of} onAdded={added} />
            </>
          )}
          {hasFactor && <CodesCard of={of} onMade={setCodes} />}
          <KeysCard />
          <SessionsCard />
        </div>
        <aside aria-label="Password, providers and tokens">
          {of.has_password && <ChangePassword />}
          {of.identities.length > 0 && <Identities of={of} />}
          <OwnTokens />
        </aside>
      </div>
    </>
  )
}

function Standing({ of }: { of: Account }) {
  if (of.totp_since !== null || of.passkeys.some(({ suspended_at }) => suspended_at === null)) {
    return (
      <Lead tone="met" detail="Clients and pipelines sign in with tokens instead.">
        Your account opens with a second factor.
      </Lead>
    )
  }
  if (!of.has_password) {
    return (
      <Lead tone="met" detail="What it asks for beside the password is decided there.">
        You sign in at {of.identities[0]?.label ?? 'a provider'}.
      </Lead>
    )
  }
  return (
    <Lead tone="attention" detail="Whoever learns it is you. Add an authenticator app or a passkey below.">
      Your password alone opens your account.
    </Lead>
  )
}

function Identities({ of }: { of: Account }) {
  return (
    <Card title="At providers">
      <Pairs
        rows={of.identities.map((each) => ({
          key: `${each.issuer} ${each.subject}`,
          name: <span title={`${each.subject} at ${each.issuer}`}>{each.label}</span>,
          value: <Moment at={each.created_at} />,
        }))}
      />
    </Card>
  )
}

function OwnTokens() {
  const { data: me } = useQuery(session)
  const { data = [] } = useQuery(tokens)
  const now = new Date().toISOString()
  const own = data.filter((each) => each.person === me?.person.id && each.revoked_at === null && each.expires_at > now)
  return (
    <Card title="Tokens">
      {own.length > 0 ? (
        <Pairs
          rows={own.map((token) => ({
            key: token.id,
            name: token.name,
            value: (
              <>
                ends <Moment at={token.expires_at} />
              </>
            ),
          }))}
        />
      ) : (
        <p className="small quiet" style={{ margin: 0 }}>
          You have none.
        </p>
      )}
      <p className="small" style={{ margin: '8px 0 0' }}>
        <Link to="/people" search={{ tab: 'tokens' }}>
          Make, rotate and revoke tokens
        </Link>
      </p>
    </Card>
  )
}
