import { once } from 'node:events'
import { connect } from 'node:net'
import { parentPort } from 'node:worker_threads'

export type SendTask = {
  url: string
  /** Empty on an open server. */
  token: string
  connections: number
  /** JSON texts; every one is sent once, unless `seconds` says how long to go round. */
  bodies: readonly string[]
  seconds?: number
}

const headEnd = Buffer.from('\r\n\r\n')

/**
 * Sends requests that were made beforehand over as many connections, the next when the last was answered, and says how many seconds
 * that took. It reads of an answer what it must, so that the client takes little from the machine that both share.
 */
async function run({ url, token, connections, bodies, seconds }: SendTask): Promise<number> {
  const { host, hostname, port, pathname } = new URL(url)
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${token ? `authorization: Bearer ${token}\r\n` : ''}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  )
  const from = performance.now()
  let next = 0
  const take = () => {
    if (seconds === undefined) return requests[next++]
    return performance.now() - from < seconds * 1000 ? requests[next++ % requests.length] : undefined
  }
  await Promise.all(Array.from({ length: connections }, () => connection(Number(port), hostname, take)))
  return (performance.now() - from) / 1000
}

async function connection(port: number, host: string, take: () => Buffer | undefined): Promise<void> {
  const socket = connect({ port, host, noDelay: true })
  await once(socket, 'connect')
  await new Promise<void>((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    const sendNext = () => {
      const request = take()
      if (request) socket.write(request)
      else resolve()
    }
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const head = received.indexOf(headEnd)
      if (head < 0) return
      const text = received.toString('latin1', 0, head)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0)
      if (received.length < head + headEnd.length + length) return
      const status = text.slice(9, 12)
      if (status !== '200') reject(new Error(`answered ${status}: ${received.toString('utf8', head).slice(0, 300)}`))
      received = Buffer.alloc(0)
      sendNext()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed the connection')))
    sendNext()
  }).finally(() => socket.destroy())
}

parentPort?.on('message', async (task: SendTask) => {
  parentPort?.postMessage(await run(task).catch((error: unknown) => String(error)))
})
