import { z } from 'zod'
import { AppError } from '../../lib/errors.ts'
import { isLoopback } from '../../lib/loopback.ts'
import type { Get, Posted } from '../notifications/index.ts'
import type { RequirementState } from '../policy/schema.ts'
import { demandAllowed } from './endpoint.ts'
import { type HealthAddress, healthAddressesOf } from './health-addresses.ts'
import type { ScoringEndpoint } from './schema.ts'

/** One thing that a dry run looked at. `said` never holds values of a row, nor what was predicted. */
export type EndpointCheck = {
  readonly what: string
  readonly state: RequirementState
  readonly said: string
  /** Milliseconds; null where nothing was sent. */
  readonly ms: number | null
}

type Asked = { readonly reply: Posted; readonly ms: number }

const Metadata = z.object({ inputs: z.array(z.object({ name: z.string() })) })
/** What a version looks like; anything else that an endpoint says is not repeated. */
const version = /^[\w.+-]{1,40}$/
const asVersion = (text: string) => (version.test(text.trim()) ? `: ${text.trim()}` : '')

/** Asks the addresses beside an endpoint that change nothing, until one cannot be reached. */
export function createHealthChecks({ hosts, get }: { hosts: ReadonlySet<string>; get: Get }) {
  async function ask({ url, speaks, columns }: Pick<ScoringEndpoint, 'url' | 'speaks' | 'columns'>) {
    const addresses = healthAddressesOf({ url, speaks })
    const allowed = guard(url)
    const checks = [allowed]
    let reached = allowed.state !== 'blocked'
    for (const address of addresses) {
      if (!reached) {
        checks.push(notAsked(address.what))
        continue
      }
      const asked = await timed(() => get(address.url))
      checks.push(judge(address, asked, columns))
      reached = asked.reply.outcome === 'answered' && !isRedirect(asked.reply.status)
    }
    return { checks, reached }
  }

  function guard(url: string): EndpointCheck {
    const about = { what: 'Evaluations may ask it', ms: null }
    try {
      demandAllowed(url, hosts)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { ...about, state: 'blocked', said: `${sentence(error.message)} Nothing was sent.` }
    }
    const { protocol, hostname } = new URL(url)
    if (protocol === 'https:')
      return { ...about, state: 'met', said: 'The operator allows the host, and TLS is demanded.' }
    if (isLoopback(hostname))
      return { ...about, state: 'met', said: 'The operator allows the host, which is this machine.' }
    return { ...about, state: 'attention', said: 'The operator allows the host; rows go there without TLS.' }
  }

  return ask
}

export const notAsked = (what: string): EndpointCheck => ({ what, state: 'unknown', said: 'Not asked.', ms: null })
const isRedirect = (status: number) => status >= 300 && status < 400

export async function timed(send: () => Promise<Posted>): Promise<Asked> {
  const began = performance.now()
  const reply = await send()
  return { reply, ms: Math.round((performance.now() - began) * 10) / 10 }
}

function judge(
  { what, holds }: HealthAddress,
  { reply, ms }: Asked,
  columns: readonly string[] | undefined,
): EndpointCheck {
  const so = (state: RequirementState, said: string) => ({ what, state, said, ms })
  if (reply.outcome === 'failed') return so('blocked', failureText(reply.error))
  const { status, answer } = reply
  if (isRedirect(status)) {
    return so(
      'blocked',
      `It answered ${status}, a redirect, which is never followed: name the address that it leads to.`,
    )
  }
  if (status >= 500) return so('blocked', `It answered ${status}.`)
  if (holds === 'anything') {
    return so('attention', `It answered ${status}, so something listens; only a row shows that it scores.`)
  }
  if (status === 401 || status === 403)
    return so('blocked', `It answered ${status}: it demands a sign-in, which evaluations do not have.`)
  if (status < 200 || status >= 300) return so('attention', `It answered ${status}: it has no such address.`)
  if (holds === 'model') return describedColumns(so, answer, columns)
  return so('met', holds === 'version' ? `It answered ${status}${asVersion(answer)}.` : `It answered ${status}.`)
}

function describedColumns(
  so: (state: RequirementState, said: string) => EndpointCheck,
  answer: string,
  columns: readonly string[] | undefined,
): EndpointCheck {
  const described = Metadata.safeParse(parsed(answer))
  if (!described.success) return so('attention', 'Its answer describes no inputs, or is longer than is read.')
  if (!columns) return so('met', `It describes ${described.data.inputs.length} inputs; no protocol names columns.`)
  const inputs = new Set(described.data.inputs.map(({ name }) => name))
  const missing = columns.filter((column) => !inputs.has(column))
  if (missing.length === 0) return so('met', 'It takes every column that the protocol names.')
  return so('blocked', `It takes no input ${missing.slice(0, 5).join(', ')}, which the protocol sends.`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What the connection said, with what it means before it. */
function failureText(error: string): string {
  if (/certificate|altnames|SSL|TLS/i.test(error)) return sentence(`TLS is refused: ${error}`)
  if (/ECONNREFUSED/.test(error)) return sentence(`nothing listens there: ${error}`)
  if (/ECONNRESET|socket hang up/.test(error)) return sentence(`the connection was cut: ${error}`)
  return sentence(error)
}

export const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
