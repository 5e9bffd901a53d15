import type { FastifyRequest } from 'fastify'
import type { AddressKey } from '../../lib/address-key.ts'
import type { Clock } from '../../lib/clock.ts'
import { AppError } from '../../lib/errors.ts'

export type SignedAddresses = ReturnType<typeof createSignedAddresses>

const base = '/api/2.0/mlflow-artifacts'

/**
 * Addresses of this server that need no sign-in, because somebody who may do what they do asked for them. They end with their
 * hour, and name their workspace, since clients send no header of ours along.
 */
export function createSignedAddresses({ key, clock, publicUrl }: { key: AddressKey; clock: Clock; publicUrl: string }) {
  /** `claims` say what else the address holds for; `path` begins after `/mlflow-artifacts`. */
  function make(req: FastifyRequest, workspace: string, path: string, claims: readonly string[], expires: number): URL {
    const address = new URL(`${originOf(req, publicUrl)}${base}${path}`)
    address.searchParams.set('workspace', workspace)
    address.searchParams.set('expires', String(expires))
    address.searchParams.set('signature', key.sign([workspace, String(expires), ...claims]))
    return address
  }

  /** The workspace of an address that somebody was given and that still holds; what it names is told to nobody else. */
  function open(req: FastifyRequest): { workspace: string; demand: (claims: readonly string[]) => void } {
    const query = (req.query ?? {}) as Record<string, unknown>
    const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '')
    const [workspace, expires, signature] = [text('workspace'), text('expires'), text('signature')]
    if (!/^\d{1,12}$/.test(expires) || Number(expires) * 1000 <= clock.now().getTime()) throw noAddress()
    return {
      workspace,
      demand(claims) {
        if (!key.matches([workspace, expires, ...claims], signature)) throw noAddress()
      },
    }
  }

  const inSeconds = (seconds: number) => Math.floor(clock.now().getTime() / 1000) + seconds

  return { make, open, inSeconds }
}

const noAddress = () => new AppError('not_found', 'there is no such address, or it has expired')

/** As the client reached us: behind a proxy that is trusted, by the proxy's name. */
function originOf(req: FastifyRequest, otherwise: string): string {
  const origin = `${req.protocol}://${req.host}`
  return /^[\w.\-[\]:]+$/.test(req.host) && URL.canParse(origin) ? new URL(origin).origin : otherwise
}
