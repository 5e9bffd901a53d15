import { Readable } from 'node:stream'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { Permission } from '../../modules/access/schema.ts'
import { answer } from './answer.ts'
import { type Fields, fieldsIn } from './fields.ts'

/** An answer that is mostly one list, which may be far larger than memory. */
export type List = {
  /** The field with the list. */
  name: string
  /** JSON texts of the items, some at a time. */
  batches: AsyncIterable<readonly string[]>
  /** The other fields, asked for when the list has ended. */
  rest?: () => Record<string, unknown>
  /** MLflow leaves an empty list out of most of its answers. */
  whenEmpty?: 'left out' | 'shown'
}

/** A route whose answer is a list: one piece while it is small, else it is sent while it is read, as fast as the client takes it. */
export function mlflowListRoute(
  app: FastifyInstance,
  method: HTTPMethods,
  url: string,
  requires: Permission,
  handler: (req: FastifyRequest, fields: Fields) => Promise<List>,
  config: Pick<FastifyContextConfig, 'experiment'> = {},
) {
  app.route({
    method,
    url,
    config: { requires, ...config },
    handler: async (req, reply) => sendList(reply, await handler(req, fieldsIn(req))),
  })
}

/** What fails before the second batch is an error answer as any other; later, the connection ends in the middle of the text. */
async function sendList(reply: FastifyReply, list: List): Promise<FastifyReply> {
  const batches = withItems(list.batches)
  const first = await batches.next()
  reply.type('application/json').serializer(String)
  if (!first.done) {
    const second = await batches.next()
    if (!second.done) return reply.send(Readable.from(textOf(list, [first.value, second.value], batches)))
  }
  const items = first.done ? [] : first.value
  const shown = items.length > 0 || list.whenEmpty === 'shown' ? [fieldOf(list, items)] : []
  return reply.send(`{${[...shown, ...restOf(list)].join(',')}}`)
}

async function* textOf(
  list: List,
  read: readonly (readonly string[])[],
  batches: AsyncGenerator<readonly string[], void>,
) {
  try {
    let before = `{${JSON.stringify(list.name)}:[`
    for (const items of read) {
      yield before + items.join(',')
      before = ','
    }
    for (let next = await batches.next(); !next.done; next = await batches.next()) yield `,${next.value.join(',')}`
    yield `${[']', ...restOf(list)].join(',')}}`
  } finally {
    // A client that goes away ends the reading, too.
    await batches.return(undefined)
  }
}

async function* withItems(batches: List['batches']): AsyncGenerator<readonly string[], void> {
  for await (const items of batches) if (items.length > 0) yield items
}

const fieldOf = ({ name }: List, items: readonly string[]) => `${JSON.stringify(name)}:[${items.join(',')}]`

const restOf = ({ rest }: List) =>
  Object.entries(answer(rest?.() ?? {}) as Record<string, unknown>).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  )
