import { badRequest } from '../../lib/errors.ts'
import type { Actor } from '../access/schema.ts'
import type { Thing } from '../audit/schema.ts'
import { type DatasetQuery, searchDatasets } from './dataset-search.ts'
import * as store from './dataset-store.ts'
import type { GenaiParts } from './parts.ts'
import { digestOfRecords, inputDigest, merged, shapeWith, textOf } from './records.ts'
import { checkName, checkTag, limits, missing, newHexId } from './rules.ts'
import type { EvaluationDataset, RecordContent, Tag } from './schema.ts'
import type { EvaluationRecordRow } from './tables.ts'

/** Evaluation datasets of language models: they may change, and every change is an event with the digest after it. */
export function createEvaluationDatasets({ db, engine, write, clock, tracking }: GenaiParts) {
  /** Datasets of hidden experiments alone are not there for those who must not see them. */
  async function get(actor: Actor, id: string): Promise<EvaluationDataset> {
    const dataset = await store.findDataset(db, id)
    const hidden = new Set(await tracking.permissions.hiddenFrom(actor))
    const { experiments = [] } = dataset ?? {}
    if (!dataset || (experiments.length > 0 && experiments.every((each) => hidden.has(each)))) throw noDataset(id)
    return dataset
  }

  async function getToChange(actor: Actor, id: string): Promise<EvaluationDataset> {
    const dataset = await get(actor, id)
    await tracking.permissions.demand(actor, 'EDIT', { experiments: dataset.experiments })
    return dataset
  }

  async function demandExperiments(ids: readonly string[]): Promise<void> {
    if (ids.length > limits.experiments) {
      throw badRequest(`A request may name at most ${limits.experiments} experiments.`)
    }
    for (const id of ids) await tracking.experiments.get(id)
  }

  async function create(
    actor: Actor,
    { name, tags, experiments }: { name: string; tags: readonly Tag[]; experiments: readonly string[] },
  ): Promise<EvaluationDataset> {
    checkName(name, 'Dataset')
    for (const tag of tags) checkTag(tag)
    await demandExperiments(experiments)
    await tracking.permissions.demand(actor, 'EDIT', { experiments })
    const now = clock.now().getTime()
    const id = newHexId('d-')
    const digest = digestOfRecords([])
    await write(actor, async (tx, record) => {
      const by = { created_by: actor.id, last_updated_by: actor.id }
      const at = { created_time: now, last_update_time: now }
      await store.insertDataset(tx, { id, name, digest, shape: '{}', records: 0, ...at, ...by })
      await store.putTags(tx, id, tags)
      await store.addExperiments(tx, id, experiments)
      record('evaluation_dataset.created', thing(id), { name }, experiments.map(experiment))
    })
    return get(actor, id)
  }

  async function remove(actor: Actor, id: string): Promise<void> {
    const { name } = await getToChange(actor, id)
    await write(actor, async (tx, record) => {
      const before = await store.findDataset(tx, id)
      if (!before) throw noDataset(id)
      await store.deleteDataset(tx, id)
      record('evaluation_dataset.deleted', thing(id), { name, records: before.records, digest: before.digest })
    })
  }

  /** Inserts what is new and adds to what is there; a dataset holds inputs once. */
  async function upsert(actor: Actor, id: string, contents: readonly RecordContent[]) {
    if (contents.length > limits.recordsPerRequest) {
      throw badRequest(`A request may hold at most ${limits.recordsPerRequest} records.`)
    }
    await getToChange(actor, id)
    if (contents.length === 0) return { inserted: 0, updated: 0 }
    return write(actor, async (tx, record) => {
      const dataset = await store.findDataset(tx, id)
      if (!dataset) throw noDataset(id)
      const digests = contents.map(inputDigest)
      const known = await store.findByInputs(tx, id, [...new Set(digests)])
      const now = clock.now().getTime()
      const rows = new Map<string, EvaluationRecordRow>()
      let inserted = 0
      let updated = 0
      for (const [index, input_digest] of digests.entries()) {
        const content = contents[index]
        if (!content) continue
        const before = rows.get(input_digest) ?? known.get(input_digest)
        if (before) updated++
        else inserted++
        const next = before ? merged(store.readContent(before.content), content) : content
        rows.set(input_digest, {
          id: before?.id ?? newHexId('dr-'),
          dataset_id: id,
          input_digest,
          content: textOf(next),
          created_time: before?.created_time ?? now,
          last_update_time: now,
          created_by: before?.created_by ?? actor.id,
          last_updated_by: actor.id,
        })
      }
      await store.putRecords(tx, engine, [...rows.values()])
      const after = await settle(actor, id, shapeWith(dataset.shape, contents), tx)
      record('evaluation_dataset.records_changed', thing(id), { inserted, updated, before: dataset.digest, ...after })
      return { inserted, updated }
    })
  }

  /** Digest and number of records after a change. */
  async function settle(
    actor: Actor,
    id: string,
    shape: EvaluationDataset['shape'],
    tx: Parameters<typeof store.updateDataset>[0],
  ) {
    const contents = await store.contentsOf(tx, id)
    const digest = digestOfRecords(contents)
    await store.updateDataset(tx, id, {
      digest,
      shape: JSON.stringify(shape),
      records: contents.length,
      last_update_time: clock.now().getTime(),
      last_updated_by: actor.id,
    })
    return { after: digest, records: contents.length }
  }

  async function removeRecords(actor: Actor, id: string, ids: readonly string[]): Promise<number> {
    await getToChange(actor, id)
    if (ids.length > limits.recordsPerRequest) {
      throw badRequest(`A request may name at most ${limits.recordsPerRequest} records.`)
    }
    if (ids.length === 0) return 0
    return write(actor, async (tx, record) => {
      const dataset = await store.findDataset(tx, id)
      if (!dataset) throw noDataset(id)
      const deleted = await store.removeRecords(tx, id, ids)
      const after = await settle(actor, id, dataset.shape, tx)
      record('evaluation_dataset.records_deleted', thing(id), { deleted, before: dataset.digest, ...after })
      return deleted
    })
  }

  function change(
    actor: Actor,
    id: string,
    action: string,
    detail: Record<string, string | string[]>,
    work: (tx: Parameters<typeof store.putTags>[0]) => Promise<void>,
  ): Promise<EvaluationDataset> {
    return write(actor, async (tx, record) => {
      await work(tx)
      await store.updateDataset(tx, id, { last_update_time: clock.now().getTime(), last_updated_by: actor.id })
      record(`evaluation_dataset.${action}`, thing(id), detail)
      const dataset = await store.findDataset(tx, id)
      if (!dataset) throw noDataset(id)
      return dataset
    })
  }

  async function setTags(actor: Actor, id: string, tags: readonly Tag[]): Promise<EvaluationDataset> {
    for (const tag of tags) checkTag(tag)
    await getToChange(actor, id)
    const keys = tags.map(({ key }) => key)
    return change(actor, id, 'tags_set', { keys }, (tx) => store.putTags(tx, id, tags))
  }

  async function deleteTag(actor: Actor, id: string, key: string): Promise<void> {
    const { tags } = await getToChange(actor, id)
    if (!tags.some((tag) => tag.key === key)) return
    await change(actor, id, 'tag_deleted', { key }, (tx) => store.removeTag(tx, id, key))
  }

  async function addTo(actor: Actor, id: string, experiments: readonly string[]): Promise<EvaluationDataset> {
    await getToChange(actor, id)
    await demandExperiments(experiments)
    await tracking.permissions.demand(actor, 'EDIT', { experiments })
    const named = [...experiments]
    return change(actor, id, 'experiments_added', { experiments: named }, (tx) => store.addExperiments(tx, id, named))
  }

  async function removeFrom(actor: Actor, id: string, experiments: readonly string[]): Promise<EvaluationDataset> {
    const dataset = await getToChange(actor, id)
    const named = dataset.experiments.filter((each) => experiments.includes(each))
    if (named.length === 0) return dataset
    return change(actor, id, 'experiments_removed', { experiments: named }, (tx) =>
      store.removeExperiments(tx, id, named),
    )
  }

  return {
    create,
    get,
    remove,
    upsert,
    removeRecords,
    setTags,
    deleteTag,
    addTo,
    removeFrom,
    async search(actor: Actor, query: Omit<DatasetQuery, 'hidden'>) {
      return searchDatasets(db, engine, { ...query, hidden: await tracking.permissions.hiddenFrom(actor) })
    },
    /** Oldest first; one more than fits the page says that there is another. */
    async records(actor: Actor, id: string, limit: number, after: store.RecordPlace | undefined) {
      await get(actor, id)
      return store.listRecords(db, id, limit, after)
    },
  }
}

const noDataset = (id: string) => missing(`Dataset '${id}' not found`)
const thing = (id: string): Thing => `evaluation_dataset:${id}`
const experiment = (id: string): Thing => `experiment:${id}`
