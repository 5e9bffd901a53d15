import { digestOf } from '../../lib/digest.ts'
import { kindOf, noted } from '../registry/index.ts'
import { VersionNumber } from '../registry/schema.ts'
import { isStorable, problem } from './clean.ts'
import { createBasket } from './files.ts'
import { cleanTags, moment } from './models.ts'
import type { VersionRecord } from './records.ts'
import type { ImportProblem } from './schema.ts'
import * as store from './store.ts'
import { refusalOf, type Trip } from './trip.ts'

const stages = ['None', 'Staging', 'Production', 'Archived']
const longestDescription = 100_000
const longestText = 2_000

/** What a version points at here. Files that belong to no run and no logged model get a place of their own. */
type Origin =
  | { kind: 'here'; source: string }
  | { kind: 'folder'; source: string }
  | { kind: 'reference'; source: string }

/** Versions keep their numbers and are sealed from the files that came. One whose files cannot be read is named, not made up. */
export async function importVersions(trip: Trip): Promise<void> {
  for await (const read of trip.source.versions()) {
    trip.checkpoint()
    if ('problem' in read) {
      await trip.note({
        problems: [read.problem],
        tally: { refused: read.alsoRefused === false ? {} : { versions: 1 } },
      })
    } else await importVersion(trip, read.record)
    trip.moved(1)
  }
}

async function importVersion(trip: Trip, record: VersionRecord): Promise<void> {
  const { db, engine } = trip.parts.connection
  const { restore } = trip.parts.registry
  const subject = `${record.model} ${record.version}`
  const refuse = (code: string, message: string, also: readonly ImportProblem[] = []) =>
    trip.note({
      problems: [problem('version', subject, code, message), ...also],
      tally: { refused: { versions: 1 } },
    })

  const model = trip.models.get(record.model)
  if (!model) return refuse('model_refused', `its model ${record.model} is not imported`)
  if (!VersionNumber.safeParse(record.version).success) return refuse('number_refused', 'its number is not one')
  const content = digestOf(
    [record.description, record.stage, record.tags.map(({ key, value }) => [key, value])].map(String),
  )
  const item = await store.findItem(db, trip.source.key, 'version', subject)
  if (item && !(trip.again && (await isGone(trip, model.id, item.target_id)))) {
    if (!trip.dry && item.import_id === trip.id) return
    const message = 'its description, stage or tags were changed at the source since it was imported; here they stay'
    const problems = item.content === content ? [] : [problem('version', subject, 'changed_at_source', message)]
    return trip.note({ tally: { unchanged: { versions: 1 } }, problems })
  }
  if (record.status !== 'READY') return refuse('not_ready', `its status at the source is ${record.status}`)
  const texts = [record.source, record.run_link, record.run_id ?? '', record.user]
  if (!texts.every((text) => isStorable(text) && text.length <= longestText)) {
    return refuse('text_refused', 'its source, run or user is not a text, or too long')
  }
  const stage = stages.find((one) => one === record.stage) ?? 'None'
  const fits = isStorable(record.description) && record.description.length <= longestDescription
  const tags = await cleanTags(withUser(record), 'version', subject)
  const origin = await originOf(trip, record)
  const problems = [
    ...tags.problems,
    ...(fits ? [] : [problem('version', subject, 'description_refused', 'its description is too long, or not a text')]),
    ...(origin.kind === 'reference'
      ? [
          problem(
            'version',
            subject,
            'reference_only',
            `its files stay at ${record.location}; it is sealed without any`,
          ),
        ]
      : []),
  ]
  if (trip.dry) {
    const isPrompt = kindOf(record.tags) === 'prompt'
    if (isPrompt || origin.kind === 'reference' || !(await isEmpty(trip, record))) {
      return trip.note({ problems, tally: { brought: { versions: 1 } } })
    }
    return refuse('files_missing', `no file could be read at ${record.location}`, problems)
  }

  if (origin.kind === 'folder') {
    const basket = createBasket(trip)
    const owner = { kind: 'version' as const, model: record.model, version: record.version }
    await basket.collect(record.location, owner, origin.source)
    await basket.flush()
  }
  const drafted = await refusalOf(() =>
    restore.draft(trip.actor, { source: origin.source, run_id: record.run_id, tags: tags.kept }),
  )
  if ('refusal' in drafted) return refuse('source_refused', drafted.refusal, problems)
  const draft = drafted.value
  if (draft.manifest.files.length === 0 && origin.kind !== 'reference') {
    return refuse('files_missing', `no file could be read at ${record.location}`, problems)
  }
  const created_at = moment(record.created_at) ?? trip.now()
  await trip.commit(async (tx, note) => {
    const id = await restore.version(
      tx,
      trip.actor,
      {
        model: { id: model.id as `mdl_${string}`, name: model.name },
        version: record.version,
        source: origin.source,
        run_id: record.run_id,
        run_link: record.run_link,
        description: fits ? record.description : '',
        stage,
        tags: tags.kept,
        created_at,
        updated_at: moment(record.updated_at) ?? created_at,
      },
      draft,
    )
    const here = digestOf(draft.manifest)
    const row = { source: trip.source.key, kind: 'version' as const, source_id: subject, target_id: id }
    await store.putItems(tx, engine, [{ ...row, import_id: trip.id, content, here, location: record.location }])
    const { manifest } = draft
    note(
      'version.imported',
      `version:${id}`,
      {
        model: model.name,
        version: record.version,
        digest: here,
        source: noted(record.source),
        files: manifest.files.length,
        run: manifest.run,
        user: record.user,
        import: trip.id,
      },
      [`model:${model.id}`, ...(manifest.run ? [`run:${manifest.run.id}`] : [])],
    )
    return { problems, tally: { brought: { versions: 1 } } }
  })
}

/** Versions that are deleted here lie in the model that is here, and are not gone. */
async function isGone(trip: Trip, model: string, id: string): Promise<boolean> {
  const { db } = trip.parts.connection
  const row = await db.selectFrom('model_version').select('model_id').where('id', '=', id).executeTakeFirst()
  return row?.model_id !== model
}

/** Whether a version's location can be looked at, and holds nothing. */
async function isEmpty(trip: Trip, { model, version, location }: VersionRecord): Promise<boolean> {
  if (/^(runs|models):/.test(location)) return false
  const listing = await trip.source.files(location, { kind: 'version', model, version })
  if (listing.outcome !== 'listed') return true
  for await (const read of listing.files) if ('record' in read) return false
  return true
}

/** The source's word for who registered it, where a version has no other place for it. */
function withUser({ tags, user }: VersionRecord) {
  const has = tags.some(({ key }) => key === 'mlflow.user')
  return user === '' || has ? tags : [...tags, { key: 'mlflow.user', value: user }]
}

async function originOf(trip: Trip, record: VersionRecord): Promise<Origin> {
  const { source, location } = record
  // What a prompt says is in its tags.
  if (kindOf(record.tags) === 'prompt') return { kind: 'here', source: source || 'prompt-template' }
  if (/^(runs|models):/.test(source) && source === location) return { kind: 'here', source }
  for (const kind of ['run', 'logged_model'] as const) {
    const inside = await insideOf(trip, kind, record)
    if (inside !== undefined) return { kind: 'here', source: inside }
  }
  if (/^models:\/m-/.test(source) || /^runs:/.test(source)) return { kind: 'here', source }
  if (!trip.source.brings(location)) return { kind: 'reference', source: location }
  const owner = { kind: 'version' as const, model: record.model, version: record.version }
  const listing = await trip.source.files(location, owner)
  if (listing.outcome === 'unreachable' && listing.elsewhere) return { kind: 'reference', source: location }
  const folder = `imported/${encodeURIComponent(record.model).replaceAll('%', '_')}/${record.version}`
  return { kind: 'folder', source: `mlflow-artifacts:/${folder}` }
}

/** Where a location that lies within an imported run's or logged model's files is here. */
async function insideOf(trip: Trip, kind: 'run' | 'logged_model', record: VersionRecord): Promise<string | undefined> {
  const { db } = trip.parts.connection
  const [, named] = (kind === 'run' ? runInside : modelInside).exec(record.location) ?? []
  const ids = [...new Set([...(kind === 'run' && record.run_id ? [record.run_id] : []), ...(named ? [named] : [])])]
  for (const item of await store.findItems(db, trip.source.key, kind, ids)) {
    const root = item.location.replace(/\/+$/, '')
    if (root === '' || (record.location !== root && !record.location.startsWith(`${root}/`))) continue
    const row = await db.selectFrom(kind).select('artifact_uri').where('id', '=', item.target_id).executeTakeFirst()
    if (row) return `${row.artifact_uri}${record.location.slice(root.length).replace(/\/+$/, '')}`
  }
  return undefined
}

const runInside = /\/([0-9a-zA-Z][\w-]*)\/artifacts(?:\/|$)/
const modelInside = /\/models\/(m-[0-9a-f]{32})\/artifacts(?:\/|$)/
