import { AppError, badRequest, notFound } from '../../lib/errors.ts'
import { hostOf } from '../../lib/host.ts'
import type { Digest } from '../../lib/ids.ts'
import { createTurns } from '../../lib/turns.ts'
import { endpointOf } from './endpoint.ts'
import { runRow } from './examination/index.ts'
import type { Gathering } from './gather.ts'
import { plainAddress } from './health-addresses.ts'
import { createHealthChecks, type EndpointCheck, notAsked, sentence, timed } from './health-checks.ts'
import { withStoredTable } from './materials.ts'
import { defaultLimits, type EvaluationParts, longestReproduction } from './parts.ts'
import type { ScoringEndpoint } from './schema.ts'
import * as store from './store.ts'

/** An endpoint that the newest protocol of some models names. */
export type KnownEndpoint = {
  /** Without its query, which may be secret. */
  readonly address: string
  readonly host: string
  readonly speaks: ScoringEndpoint['speaks']
  readonly models: readonly string[]
}

export type Wish =
  | { readonly url: string; readonly speaks: ScoringEndpoint['speaks'] }
  | { readonly address: string; readonly model?: string | undefined; readonly dataset?: Digest | undefined }

/** Asks endpoints as an evaluation does, over the same guarded connection, whether they would score. */
export function createDryRuns(parts: EvaluationParts, gathering: Gathering) {
  const { db, versions, blobs, scoring } = parts
  const limits = { ...defaultLimits, ...parts.limits, timeMs: longestReproduction }
  const inTurn = createTurns(1)
  const ask = createHealthChecks({ hosts: scoring.hosts, get: scoring.dry.get })

  async function endpoints(): Promise<KnownEndpoint[]> {
    const named = await store.listEndpoints(db)
    const found = new Map<string, KnownEndpoint>()
    for (const { model, endpoint } of named) {
      const address = plainAddress(endpoint.url)
      const known = found.get(address)
      const host = hostOf(new URL(endpoint.url))
      found.set(address, { address, host, speaks: endpoint.speaks, models: [...(known?.models ?? []), model] })
    }
    return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : 1))
  }

  /** What is wrong with an endpoint is what the checks say; nothing is refused but a wish that makes no sense. */
  async function run(wish: Wish): Promise<EndpointCheck[]> {
    if ('url' in wish) return (await ask(wish)).checks
    const named = (await store.listEndpoints(db)).filter(
      ({ model, endpoint }) =>
        plainAddress(endpoint.url) === wish.address && (wish.model === undefined || model === wish.model),
    )
    const [first] = named
    if (!first) throw notFound('scoring endpoint', wish.address)
    const { checks, reached } = await ask(first.endpoint)
    if (wish.dataset === undefined) return checks
    return [...checks, reached ? await row(first, wish.dataset) : notAsked(rowText)]
  }

  async function row({ model, modelId }: store.NamedEndpoint, dataset: Digest): Promise<EndpointCheck> {
    const newest = await versions.find(model, 'latest')
    const stored = await store.findProtocol(db, modelId)
    if (!newest || !stored) throw badRequest(`${model} has no version yet, so nothing says which columns a row has`)
    const table = await gathering.tableOf(dataset)
    let ms: number | null = null
    try {
      const endpoint = endpointOf(newest, stored.protocol, scoring.hosts)
      const answer = async (body: string) => {
        const asked = await timed(() => scoring.dry.post(endpoint.url, { 'content-type': 'application/json' }, body))
        ms = asked.ms
        return asked.reply
      }
      const heard = await inTurn(() =>
        withStoredTable(blobs, table, (file) =>
          runRow(
            { endpoint, dataset: file, limits },
            { signal: new AbortController().signal, report: () => {}, answer },
          ),
        ),
      )
      const what = heard.labelled ? 'a label' : heard.numbers === 1 ? 'a number' : `${heard.numbers} probabilities`
      return { what: rowText, state: 'met', said: `It answered the first row of ${table.name} with ${what}.`, ms }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { what: rowText, state: 'blocked', said: sentence(error.message), ms }
    }
  }

  return { endpoints, run }
}

export type DryRuns = ReturnType<typeof createDryRuns>

const rowText = 'It scores one row'
