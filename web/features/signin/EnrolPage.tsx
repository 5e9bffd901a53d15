import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { FactorAdded } from '../../../src/modules/signin/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { session, signOut } from '../access/queries.ts'
import { AddPasskey } from './AddPasskey.tsx'
import { account } from './queries.ts'
import { RecoveryCodes } from './RecoveryCodes.tsx'
import { Sheet } from './Sheet.tsx'
import { TotpSetUp } from './TotpSetUp.tsx'

const route = getRouteApi('/second-factor')

/** A rule asks for a second factor: nothing else opens before there is one. */
export function EnrolPage() {
  const { next = '/' } = route.useSearch()
  const client = useQueryClient()
  const go = useGo()
  const query = useQuery(account)
  const [codes, setCodes] = useState<readonly string[]>()
  function added({ recovery_codes, session: renewed }: FactorAdded) {
    client.setQueryData(session.queryKey, renewed)
    if (recovery_codes) setCodes(recovery_codes)
    else go(next)
  }
  async function leave() {
    await signOut()
    go('/sign-in')
    client.clear()
  }
  return (
    <Sheet
      title="Add a second factor"
      intro="Your account has to be opened with more than a password. Add one of these; it is asked for at every sign-in."
      wide
    >
      {codes ? (
        <RecoveryCodes codes={codes} onKept={() => go(next)} />
      ) : (
        <Loaded query={query} lines={4}>
          {(of) => (
            <div className="stack" style={{ gap: 18 }}>
              <section className="stack">
                <h2>An authenticator app on your phone</h2>
                <TotpSetUp onAdded={added} kind="go" />
              </section>
              {of.passkeys_offered && (
                <section>
                  <h2>A passkey: a finger, a face, a PIN or a security key</h2>
                  <AddPasskey onAdded={added} />
                </section>
              )}
              <div>
                <Button kind="bare" onClick={leave}>
                  Sign out
                </Button>
              </div>
            </div>
          )}
        </Loaded>
      )}
    </Sheet>
  )
}
