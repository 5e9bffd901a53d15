import type { BlobSource, Blobs, PutOptions } from '../../blobs/blobs.ts'
import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, notFound } from '../../lib/errors.ts'
import { type Digest, newId } from '../../lib/ids.ts'
import type { Write } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { previewTable, profileTable } from './profile.ts'
import type { DatasetPreview, DatasetVersion, DatasetVersionId, TableFormat } from './schema.ts'
import * as store from './store.ts'

export type Datasets = ReturnType<typeof createDatasets>

/** Shorter beginnings of a digest name nothing: a chance match would tie a model to data it never saw. */
const shortestPrefix = 8

type NewDataset = { name: string; format: TableFormat; description: string }

/** Tables that models are trained and evaluated on. A version is its bytes. */
export function createDatasets({ db, write, blobs, clock }: { db: Db; write: Write; blobs: Blobs; clock: Clock }) {
  /** The same bytes under the same name are the same version, however often they come. */
  async function add(
    actor: ActorRef,
    { name, format, description }: NewDataset,
    source: BlobSource,
    options: PutOptions = {},
  ): Promise<DatasetVersion> {
    const { digest, size } = await blobs.put(source, options)
    const known = await store.findByDigest(db, digest, name)
    if (known) return known
    if (size === 0) throw badRequest('the file is empty')
    const profile = await blobs.withLocalFile(digest, (path) => profileTable({ path, format }))
    if (profile.outcome === 'unreadable') throw badRequest(profile.reason)

    return write(actor, async (tx, record) => {
      const existing = await store.findByDigest(tx, digest, name)
      const version: DatasetVersion = existing ?? {
        id: newId('dsv', clock.now().getTime()) as DatasetVersionId,
        name,
        digest,
        format,
        size,
        rows: profile.rows,
        columns: profile.columns,
        description,
        created_at: isoNow(clock),
        created_by: actor.id as PersonId,
      }
      if (!existing) await store.insertVersion(tx, version)
      record(existing ? 'dataset.confirmed' : 'dataset.registered', `dataset:${version.id}`, {
        name,
        digest,
        format,
        rows: version.rows,
        columns: version.columns.length,
      })
      return version
    })
  }

  async function get(digest: Digest): Promise<DatasetVersion> {
    const version = await store.findByDigest(db, digest)
    if (!version) throw notFound('dataset version', digest)
    return version
  }

  async function preview(digest: Digest, rows: number): Promise<DatasetPreview> {
    const { format } = await get(digest)
    const found = await blobs.withLocalFile(digest, (path) => previewTable({ path, format }, rows))
    if (found.outcome === 'unreadable') throw badRequest(found.reason)
    return found.preview
  }

  /**
   * The stored version that a run's input means: MLflow clients have room for 36 characters of digest, so a beginning of ours
   * counts, and so does our whole digest inside the source that the client describes.
   */
  async function match(from: Db, input: { digest: string; source: string }): Promise<DatasetVersion | undefined> {
    const named = /sha256:[0-9a-f]{64}/.exec(input.source)?.[0]
    const bySource = named ? await store.findByDigest(from, named as Digest) : undefined
    if (bySource) return bySource
    const hex = input.digest.toLowerCase().replace(/^sha256:/, '')
    if (hex.length < shortestPrefix || !/^[0-9a-f]{1,64}$/.test(hex)) return undefined
    const found = await store.findByPrefix(from, hex)
    return new Set(found.map((version) => version.digest)).size === 1 ? found[0] : undefined
  }

  return {
    add,
    get,
    preview,
    match,
    find: (digest: Digest) => store.findByDigest(db, digest),
    list: () => store.listVersions(db),
    blobs,
  }
}
