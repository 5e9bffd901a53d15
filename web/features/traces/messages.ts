import { z } from 'zod'
import type { Span } from '../../../src/modules/traces/schema.ts'
import { parsedJson } from '../../ui/Value.tsx'

export type Message = { role: string; text: string; calls: readonly { name: string; input: unknown }[] }
export type Conversation = { input: Message[]; output: Message[] }

type Attributes = Span['attributes']

/** The messages between a person, a model and its tools, where the attributes of a span carry some. */
export function conversationOf(attributes: Attributes): Conversation {
  const input = firstOf([
    listed(attributes['gen_ai.input.messages']),
    numbered(attributes, 'llm.input_messages'),
    inside(attributes['mlflow.spanInputs']),
    inside(attributes['input.value']),
  ])
  const output = firstOf([
    listed(attributes['gen_ai.output.messages']),
    numbered(attributes, 'llm.output_messages'),
    inside(attributes['mlflow.spanOutputs']),
    inside(attributes['output.value']),
  ])
  return { input, output }
}

const firstOf = (found: readonly Message[][]): Message[] => found.find((messages) => messages.length > 0) ?? []

const Call = z.union([
  z
    .object({ function: z.object({ name: z.string(), arguments: z.unknown().optional() }) })
    .transform((call) => call.function),
  z.object({ name: z.string(), arguments: z.unknown().optional() }),
])
const Chat = z.looseObject({
  role: z.string().optional(),
  content: z.unknown().optional(),
  parts: z.array(z.looseObject({ type: z.string() })).optional(),
  tool_calls: z.array(Call).nullish(),
})
const Wrapped = z.union([
  z.object({ messages: z.array(z.unknown()) }).transform((value) => value.messages),
  z
    .object({ choices: z.array(z.object({ message: z.unknown() })) })
    .transform((value) => value.choices.map((choice) => choice.message)),
])

const plain = (value: unknown) => (typeof value === 'string' ? (parsedJson(value) ?? value) : value)

function listed(value: unknown): Message[] {
  const list = plain(value)
  return Array.isArray(list) ? list.flatMap(messageOf) : []
}

function inside(value: unknown): Message[] {
  const wrapped = Wrapped.safeParse(plain(value))
  return wrapped.success ? wrapped.data.flatMap(messageOf) : []
}

function messageOf(value: unknown): Message[] {
  const chat = Chat.safeParse(value)
  if (!chat.success) return []
  const { role = 'message', content, parts, tool_calls } = chat.data
  if (content === undefined && !parts && !tool_calls) return []
  const calls = (tool_calls ?? []).map((call) => ({ name: call.name, input: plain(call.arguments) }))
  for (const part of parts ?? []) {
    if (part.type === 'tool_call') calls.push({ name: String(part.name ?? 'tool'), input: part.arguments ?? null })
  }
  const spoken = parts ? parts.filter((part) => part.type !== 'tool_call').map(partText) : [contentText(content)]
  return [{ role, text: spoken.filter((text) => text !== '').join('\n\n'), calls }]
}

function contentText(content: unknown): string {
  if (content === null || content === undefined) return ''
  if (typeof content === 'string') return content
  if (Array.isArray(content)) return content.map(partText).join('\n\n')
  return JSON.stringify(content, null, 2)
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part
  if (typeof part !== 'object' || part === null) return ''
  const { text, content, response } = part as Record<string, unknown>
  const said = text ?? content ?? response
  return typeof said === 'string' ? said : JSON.stringify(said ?? part, null, 2)
}

/** OpenInference writes one attribute per field: `llm.input_messages.0.message.role`. */
function numbered(attributes: Attributes, prefix: string): Message[] {
  const fields = Object.entries(attributes).flatMap(([key, value]) => {
    const match = key.startsWith(`${prefix}.`) ? /^(\d+)\.message\.(.+)$/.exec(key.slice(prefix.length + 1)) : null
    return match ? [{ index: Number(match[1]), field: match[2] ?? '', value }] : []
  })
  const byIndex = Map.groupBy(fields, ({ index }) => index)
  return [...byIndex]
    .toSorted(([a], [b]) => a - b)
    .map(([, own]) => {
      const of = (field: string) => own.find((each) => each.field === field)?.value
      const contents = own.filter(({ field }) => /^contents\.\d+\.message_content\.text$/.test(field))
      const calls = own.flatMap(({ field, value }) => {
        const call = /^(tool_calls\.\d+\.tool_call\.function)\.name$/.exec(field)
        return call ? [{ name: String(value), input: plain(of(`${call[1]}.arguments`)) }] : []
      })
      const text = [of('content'), ...contents.map(({ value }) => value)].map(contentText).filter(Boolean).join('\n\n')
      return { role: String(of('role') ?? 'message'), text, calls }
    })
}
