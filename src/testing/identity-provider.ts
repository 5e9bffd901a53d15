import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export type ProviderAccount = Record<string, unknown> & { groups?: string[] }

export type IdentityProvider = {
  issuer: string
  client: { client_id: string; client_secret: string }
  /** Who is there, by subject. */
  people: Map<string, ProviderAccount>
  /** Who sits before the browser and signs in when asked. */
  visitor: string
  /** Every ID token that it gives out is signed wrongly. */
  forges: boolean
  /** Walks from where Modelkeep sends the browser, to where the browser is sent back. */
  walk(url: string): Promise<URL>
  close(): Promise<void>
}

/** A real OpenID provider on loopback, for one client; whoever `visitor` names is signed in without being asked. */
export async function identityProvider({
  publicUrl,
  id,
}: {
  publicUrl: string
  id: string
}): Promise<IdentityProvider> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = { client_id: 'modelkeep', client_secret: 'a-secret-that-nobody-else-has' }
  const people = new Map<string, ProviderAccount>()
  const provider = new Provider(issuer, {
    clients: [
      {
        ...client,
        redirect_uris: [`${publicUrl}/api/v1/sign-in/oidc/${id}/callback`],
        post_logout_redirect_uris: [`${publicUrl}/sign-in`],
      },
    ],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'groups', '_claim_names'],
      email: ['email', 'email_verified'],
    },
    cookies: { keys: ['tests only'] },
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, ...people.get(sub) }),
    }),
    loadExistingGrant: async ({ oidc }: { oidc: { session: { accountId: string } } }) => {
      const grant = new provider.Grant({ clientId: client.client_id, accountId: oidc.session.accountId })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  })
  const answer = provider.callback()
  server.on('request', (req, res) => {
    if (req.url?.startsWith('/interaction/')) {
      void provider.interactionFinished(req, res, { login: { accountId: self.visitor } })
      return
    }
    if (self.forges && req.url?.startsWith('/token')) forge(res)
    answer(req, res)
  })

  const self: IdentityProvider = {
    issuer,
    client,
    people,
    visitor: '',
    forges: false,
    async walk(url) {
      const cookies = new Map<string, string>()
      let at = new URL(url)
      for (let hop = 0; hop < 10 && at.origin === issuer; hop++) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        const reply = await fetch(at, { redirect: 'manual', headers: { cookie } })
        for (const each of reply.headers.getSetCookie()) {
          const [name = '', value = ''] = each.split(';')[0]?.split('=') ?? []
          cookies.set(name, value)
        }
        const location = reply.headers.get('location')
        if (!location) throw new Error(`the provider stopped with ${reply.status}: ${await reply.text()}`)
        at = new URL(location, at)
      }
      return at
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return self
}

/** Turns one letter of the ID token's signature into another. */
function forge(res: ServerResponse): void {
  const end = res.end.bind(res) as (chunk: unknown) => ServerResponse
  res.end = ((chunk: unknown) => {
    const text = String(chunk).replace(
      /("id_token":"[^".]*\.[^".]*\.)(.)/,
      (_, before: string, letter: string) => before + (letter === 'A' ? 'B' : 'A'),
    )
    return end(text)
  }) as typeof res.end
}
