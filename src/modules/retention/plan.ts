import type { Connection } from '../../db/connect.ts'
import { artifactPurge, pathOfUri } from '../artifacts/index.ts'
import { registryPurge } from '../registry/index.ts'
import { tracePurge } from '../traces/index.ts'
import { trackingPurge } from '../tracking/index.ts'
import { assess } from './assess.ts'
import { part } from './assess-tracking.ts'
import type { Counts, Holder, KeptItem, Preview, PurgeKind } from './schema.ts'
import { demandOf, type Item, partsOf, pathOfRun, type Source, select } from './select.ts'

/** What a purge would do now, in the order in which it would do it. */
export type Plan = { going: Item[]; kept: KeptItem[]; counts: Counts; first: Preview['first'] }

export const nothing: Counts = {
  experiments: 0,
  runs: 0,
  logged_models: 0,
  models: 0,
  versions: 0,
  traces: 0,
  artifacts: 0,
  files: 0,
  bytes: 0,
}

/** Parts before what they are in, so that nothing is ever left without its surroundings. */
export const order: readonly PurgeKind[] = [
  'run',
  'logged_model',
  'trace',
  'artifacts',
  'version',
  'model',
  'experiment',
]

export const countOf: Record<PurgeKind, Exclude<keyof Counts, 'files' | 'bytes'>> = {
  experiment: 'experiments',
  run: 'runs',
  logged_model: 'logged_models',
  model: 'models',
  version: 'versions',
  trace: 'traces',
  artifacts: 'artifacts',
}

const mostNamed = 20
const idsPerRound = 500

type Reader = Pick<Connection, 'db' | 'engine'>

export async function makePlan(reader: Reader, source: Source): Promise<Plan> {
  const chosen = await select(reader, source)
  const wholes = await judge(reader, source, chosen)
  const around = wholes.free.filter(({ kind }) => kind === 'experiment' || kind === 'model')
  const parts = new Map<Item, Item[]>()
  for (const item of around) parts.set(item, await partsOf(reader.db, item))
  const named = new Set(chosen.map(key))
  const inside = [...parts.values()].flat().filter((item) => !named.has(key(item)))
  const judged = await judge(reader, source, inside)
  const kept = [...wholes.kept, ...judged.kept]
  const stays = new Set(kept.map(key))

  const going: Item[] = [...judged.free]
  for (const item of wholes.free) {
    const left = (parts.get(item) ?? []).filter((one) => stays.has(key(one)))
    if (left.length === 0) going.push(item)
    else kept.push({ kind: item.kind, id: item.id, holders: leftIn(item, left) })
  }
  going.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  return { going, kept, counts: await count(reader, going), first: await firstNames(reader, going) }
}

const key = ({ kind, id }: Pick<Item, 'kind' | 'id'>) => `${kind} ${id}`

async function judge({ db }: Reader, source: Source, items: readonly Item[]) {
  const free: Item[] = []
  const kept: KeptItem[] = []
  const groups = Map.groupBy(items, ({ kind, isPart }) => `${kind} ${isPart}`)
  for (const group of groups.values()) {
    for (let from = 0; from < group.length; from += idsPerRound) {
      const round = group.slice(from, from + idsPerRound)
      const [first] = round
      if (!first) continue
      const ids = round.map(({ id }) => id)
      const { holders, missing } = await assess(db, first.kind, ids, {
        demand: demandOf(source, first),
        contents: false,
      })
      for (const item of round) {
        const found = holders.get(item.id)
        if (found) kept.push({ kind: item.kind, id: item.id, holders: found })
        else if (!missing.has(item.id)) free.push(item)
      }
    }
  }
  return { free, kept }
}

function leftIn(item: Item, left: readonly Item[]): Holder[] {
  const words = { run: 'run', logged_model: 'logged model', version: 'version' } as const
  return (['run', 'logged_model', 'version'] as const).flatMap((kind) => {
    const count = left.filter((one) => one.kind === kind).length
    return count === 0 ? [] : [part(kind, item.id, count, words[kind])]
  })
}

async function count({ db }: Reader, going: readonly Item[]): Promise<Counts> {
  const counts = { ...nothing }
  for (const { kind } of going) counts[countOf[kind]]++
  const idsOf = (kind: PurgeKind) => going.filter((item) => item.kind === kind).map(({ id }) => id)
  const runs = await trackingPurge.readPurgeRuns(db, idsOf('run'))
  const made = await trackingPurge.modelsMadeBy(
    db,
    runs.map(({ id }) => id),
  )
  const named = new Set(idsOf('logged_model'))
  const along = made.filter(({ id }) => !named.has(id))
  counts.logged_models += along.length
  for (const id of idsOf('experiment')) counts.traces += await tracePurge.countTraces(db, id)
  const models = [...along, ...(await trackingPurge.readPurgeModels(db, [...named]))]
  const paths = new Set([
    ...runs.flatMap((run) => pathOfRun(run) ?? []),
    ...models.flatMap((model) => pathOfUri(model.artifact_uri) ?? []),
    ...idsOf('artifacts'),
  ])
  for (const { files, bytes } of (await artifactPurge.measureBelow(db, [...paths])).values()) {
    counts.files += files
    counts.bytes += bytes
  }
  return counts
}

/** A few of the largest things first: experiments and models, then what is in them. */
async function firstNames({ db }: Reader, going: readonly Item[]): Promise<Preview['first']> {
  const first = going.toReversed().slice(0, mostNamed)
  const ids = first.map(({ id }) => id)
  const names = new Map<string, string>()
  for (const { id, name } of await trackingPurge.readPurgeExperiments(db, ids)) names.set(`experiment ${id}`, name)
  for (const { id, name } of await trackingPurge.readPurgeRuns(db, ids)) names.set(`run ${id}`, name)
  for (const { id, name } of await trackingPurge.readPurgeModels(db, ids)) names.set(`logged_model ${id}`, name)
  for (const { id, name } of await registryPurge.readModels(db, ids)) names.set(`model ${id}`, name)
  for (const one of await registryPurge.readVersions(db, ids))
    names.set(`version ${one.id}`, `${one.model} ${one.version}`)
  return first.map((item) => ({ kind: item.kind, id: item.id, name: names.get(key(item)) ?? item.id }))
}
