import type { Connection } from '../../db/connect.ts'
import { badRequest } from '../../lib/errors.ts'
import type { Tracking } from '../tracking/index.ts'
import { clean, limits, noTrace } from './rules.ts'
import { TraceId } from './schema.ts'
import * as store from './store.ts'

/** MLflow keeps the prompts of a trace in this tag, as JSON in the form that its clients write. */
export const promptsTag = 'mlflow.linkedPrompts'

export type PromptVersion = { name: string; version: string }

/** What a trace belongs to beside its experiment: runs that evaluate it, and the prompts that made it. */
export function createLinks({ connection, tracking }: { connection: Connection; tracking: Tracking }) {
  const { engine, writer } = connection

  /** Links of traces that are still on their way are kept, too. */
  async function toRun(traces: readonly string[], run: string): Promise<void> {
    if (traces.length > limits.linked) {
      throw badRequest(
        `Cannot link more than ${limits.linked} traces to a run in a single request. Provided ${traces.length} traces.`,
      )
    }
    const strange = traces.find((id) => !TraceId.safeParse(id).success)
    if (strange !== undefined) throw badRequest(`Invalid trace id '${strange}'.`)
    await tracking.runs.get(run)
    await writer.commit((tx) => store.linkToRun(tx, engine, traces, run))
  }

  async function prompts(trace: string, added: readonly PromptVersion[]): Promise<void> {
    await writer.commit(async (tx) => {
      const [info] = await store.withTexts(tx, await store.findTraces(tx, [trace]))
      if (!info) throw noTrace(trace)
      const linked = promptsIn(info.tags.find(({ key }) => key === promptsTag)?.value)
      for (const one of added) {
        if (!linked.some(({ name, version }) => name === one.name && version === one.version)) linked.push(one)
      }
      const value = promptsText(linked)
      if (value.length > limits.tagValue)
        throw badRequest(`A trace has too many prompts: they need ${value.length} characters.`)
      await store.writeTexts(tx, engine, 'trace_tag', [{ trace_id: trace, key: promptsTag, value }])
    })
  }

  return { toRun, prompts }
}

function promptsIn(text: string | undefined): PromptVersion[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(list)) return []
    return list.flatMap((item: Partial<PromptVersion> | null) =>
      typeof item?.name === 'string' ? [{ name: item.name, version: String(item.version) }] : [],
    )
  } catch {
    return []
  }
}

/** As Python's `json.dumps` writes it, because filters look into the text. */
export const promptsText = (list: readonly PromptVersion[]) => `[${list.map(promptText).join(', ')}]`
export const promptText = ({ name, version }: PromptVersion) =>
  `{"name": ${ascii(clean(name, 500))}, "version": ${ascii(clean(version, 50))}}`

const ascii = (text: string) =>
  JSON.stringify(text).replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
