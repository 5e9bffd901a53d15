import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Exchange, hasRecording, linesOf } from './replay.ts'

/** Where the recorded webhooks lead, and the secret that signs what they deliver. */
type Recorded = { host: string; secret: string; deliveries: readonly Received[] }

type Received = { path: string; headers: Record<string, unknown>; body: string }

export type Receiver = {
  /** What the recording says, and what stands for it now. */
  known: readonly [string, string][]
  /** What was to be delivered and was not, came too much, or is not signed. Waits for what is on its way. */
  problems(): Promise<string[]>
  close(): Promise<void>
}

/** A receiver for a scenario whose deliveries were recorded; it answers as that one did: 200, and 500 on `/fail`. */
export async function receiverFor(
  folder: string,
  scenario: string,
  exchanges: readonly Exchange[],
): Promise<Receiver | undefined> {
  if (!hasRecording(folder, `${scenario}_deliveries`)) return undefined
  const said = exchanges.map(({ request_body }) => request_body ?? '').join('\n')
  const [, host = ''] = /"url":\s*"http:\/\/(127\.0\.0\.1:\d+|localhost:\d+)/.exec(said) ?? []
  const [, secret = ''] = /"secret":\s*"([^"]*)"/.exec(said) ?? []
  return startReceiver({ host, secret, deliveries: recordedDeliveries(folder, scenario) })
}

async function startReceiver({ host, secret, deliveries: recorded }: Recorded): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer(async (req, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    received.push({ path: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString('utf8') })
    reply.writeHead(req.url === '/fail' ? 500 : 200).end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    known: [[host, `127.0.0.1:${port}`]],
    async problems() {
      for (let waited = 0; waited < 5000 && received.length < recorded.length; waited += 20) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return [
        ...missing(recorded, received).map((text) => `was not delivered: ${text}`),
        ...missing(received, recorded).map((text) => `was delivered, but not recorded: ${text}`),
        ...received
          .filter((one) => one.path === '/hook' && !isSigned(one, secret))
          .map(({ body }) => `badly signed: ${body}`),
        ...received.filter(({ headers }) => headers['content-type'] !== 'application/json').map(() => 'not JSON'),
      ]
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function recordedDeliveries(folder: string, scenario: string): Received[] {
  type Line = { path: string; request_headers: Record<string, string>; request_body: string }
  return linesOf<Line>(folder, `${scenario}_deliveries`).map(({ path, request_headers, request_body }) => ({
    path,
    headers: request_headers,
    body: request_body,
  }))
}

/** Deliveries come in any order, each once. */
function missing(wanted: readonly Received[], found: readonly Received[]): string[] {
  const left = found.map(plain)
  return wanted.map(plain).filter((text) => {
    const at = left.indexOf(text)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

function plain({ path, body }: Received): string {
  const { timestamp, ...rest } = JSON.parse(body) as Record<string, unknown>
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, field]) => [key, sorted(field)]),
        )
      : value
  return `${path} ${typeof timestamp} ${JSON.stringify(sorted(rest))}`
}

export function isSigned({ headers, body }: Omit<Received, 'path'>, secret: string): boolean {
  const text = `${headers['x-mlflow-delivery-id']}.${headers['x-mlflow-timestamp']}.${body}`
  return headers['x-mlflow-signature'] === `v1,${createHmac('sha256', secret).update(text).digest('base64')}`
}
