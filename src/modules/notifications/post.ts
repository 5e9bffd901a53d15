import type { LookupFunction } from 'node:net'
import { onDemand } from '../../lib/on-demand.ts'
import { parseReceiverUrl, type Receiver, resolveReceiver, type TrustedHosts } from './receiver.ts'

export type Posted =
  | { readonly outcome: 'answered'; readonly status: number; readonly answer: string }
  | { readonly outcome: 'failed'; readonly error: string }

export type Post = (url: string, headers: Record<string, string>, body: string, signal?: AbortSignal) => Promise<Posted>
export type Get = (url: string) => Promise<Posted>

const http = onDemand<typeof import('node:http')>('node:http')
const https = onDemand<typeof import('node:https')>('node:https')

export type PostLimits = {
  /** From the first byte to the last. */
  readonly timeoutMs: number
  /** Bytes that are read and kept of an answer; the connection is cut after them. */
  readonly largestAnswer: number
}

const ofDeliveries: PostLimits = { timeoutMs: 10_000, largestAnswer: 2048 }

/**
 * Sends to a receiver whose addresses are checked anew each time: the connection goes to a checked address, so that a name that
 * changes its mind between check and connection leads nowhere. Redirects are answers like others and are not followed.
 */
export function createPost(trusted: TrustedHosts, limits: PostLimits = ofDeliveries): Post {
  return (url, headers, body, signal) => guarded(trusted, limits, { method: 'POST', url, headers, body }, signal)
}

/** Asks in the same way, and sends nothing but the address. */
export function createGet(trusted: TrustedHosts, limits: PostLimits): Get {
  return (url) => guarded(trusted, limits, { method: 'GET', url, headers: { accept: '*/*' }, body: null })
}

type Sent = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string | null
}

async function guarded(
  trusted: TrustedHosts,
  limits: PostLimits,
  request: Sent,
  signal?: AbortSignal,
): Promise<Posted> {
  try {
    const receiver = await resolveReceiver(parseReceiverUrl(request.url, trusted), trusted)
    if (receiver.addresses.length === 0) return failed(`the host ${receiver.url.hostname} has no address`)
    const limit = AbortSignal.timeout(limits.timeoutMs)
    return await exchange(receiver, request, limits.largestAnswer, signal ? AbortSignal.any([signal, limit]) : limit)
  } catch (error) {
    return failed(reasonOf(error, limits.timeoutMs))
  }
}

function exchange(
  { url, addresses }: Receiver,
  { method, headers, body }: Sent,
  largestAnswer: number,
  signal: AbortSignal,
): Promise<Posted> {
  const { request } = url.protocol === 'https:' ? https() : http()
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        headers: body === null ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        agent: false,
        maxHeaderSize: 16_384,
        lookup: pinned(addresses),
        signal,
      },
      (reply) => {
        const chunks: Buffer[] = []
        let bytes = 0
        const done = () => {
          const answer = Buffer.concat(chunks).subarray(0, largestAnswer).toString('utf8').replaceAll('\0', '')
          resolve({ outcome: 'answered', status: reply.statusCode ?? 0, answer })
        }
        reply.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          bytes += chunk.length
          if (bytes < largestAnswer) return
          done()
          sent.destroy()
        })
        reply.on('end', done)
        reply.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body ?? undefined)
  })
}

/** Hands out the checked addresses and asks nobody. Node does not call it for a host that is an address itself. */
function pinned(addresses: Receiver['addresses']): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses
    if (options.all) callback(null, [...addresses])
    else if (first) callback(null, first.address, first.family)
  }
}

const failed = (error: string): Posted => ({ outcome: 'failed', error })

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'the request failed'
  if (error.name === 'TimeoutError' || (error.cause instanceof Error && error.cause.name === 'TimeoutError')) {
    return `no answer within ${timeoutMs / 1000} seconds`
  }
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message
  return error.message
}
