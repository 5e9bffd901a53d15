import type { BlobSource, Blobs, PutOptions } from '../../blobs/blobs.ts'
import type { DirectStores } from '../../blobs/direct.ts'
import type { Db, Tx } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, forbidden } from '../../lib/errors.ts'
import type { Write } from '../audit/index.ts'
import type { ActorRef, PersonId, Thing } from '../audit/schema.ts'
import { mediaTypeOf } from './media-types.ts'
import { type ArtifactPath, runOf, sealedCopies, splitPath } from './paths.ts'
import { openRoot } from './roots.ts'
import type { ArtifactFile } from './schema.ts'
import * as store from './store.ts'
import { createUploads } from './uploads.ts'

export type Artifacts = ReturnType<typeof createArtifacts>

export type ArtifactParts = {
  db: Db
  write: Write
  commit: Commit
  blobs: Blobs
  direct: DirectStores
  clock: Clock
  /** Throws while what is at a path must not be lost. */
  refuseHeld: (from: Db, path: string) => Promise<void>
}

/** How many deleted files an event names; the others are counted. */
const mostNamed = 20

/** Files that clients upload, by path. The bytes are in the blob store under their digest. */
export function createArtifacts({ db, write, commit, blobs, direct, clock, refuseHeld }: ArtifactParts) {
  /** Bytes first, then the write that makes them visible; bytes without a path are nobody's. */
  async function upload(
    actor: ActorRef,
    path: ArtifactPath,
    source: BlobSource,
    options: PutOptions = {},
  ): Promise<ArtifactFile> {
    await refuseUpload(db, path)
    return keep(actor, path, await blobs.put(source, options))
  }

  /** Makes bytes that are stored the content of a path. */
  async function keep(
    actor: ActorRef,
    path: ArtifactPath,
    stored: Pick<ArtifactFile, 'digest' | 'size'>,
    refuse = refuseUpload,
  ): Promise<ArtifactFile> {
    const existing = await store.findFile(db, path)
    // A retry after a lost answer changes nothing, and the first to bring these bytes stays their author.
    if (existing?.digest === stored.digest) return existing
    return write(actor, async (tx, record) => {
      await refuse(tx, path)
      const replaced = await store.findFile(tx, path)
      if (replaced) await refuseHeld(tx, path)
      const file: ArtifactFile = {
        path,
        ...stored,
        media_type: mediaTypeOf(splitPath(path).name),
        created_by: actor.id as PersonId,
        created_at: isoNow(clock),
      }
      await store.putFile(tx, file)
      record(
        'artifact.uploaded',
        thingOf(path),
        { path, digest: stored.digest, size: stored.size, ...(replaced ? { replaced: replaced.digest } : {}) },
        aboutRun(path),
      )
      return file
    })
  }

  async function refuseUpload(from: Db, path: ArtifactPath): Promise<void> {
    if (`${path}/`.startsWith(`${sealedCopies}/`)) throw forbidden(`only the server writes to ${sealedCopies}`)
    await refuseConflict(from, path)
  }

  async function refuseConflict(from: Db, path: ArtifactPath): Promise<void> {
    if (await store.isFolder(from, path)) throw badRequest(`${path} is a folder`)
    const inTheWay = await store.findFileInTheWay(from, path)
    if (inTheWay) throw badRequest(`${inTheWay} is a file, not a folder`)
    const sealedBy = await store.findSealOver(from, path)
    if (!sealedBy) return
    throw sealed(path, sealedBy)
  }

  /** Removes a file or a folder with everything in it; what is not there is removed already. */
  async function remove(actor: ActorRef, path: ArtifactPath): Promise<void> {
    if ((await store.filesBelow(db, path)).length === 0) return
    await write(actor, async (tx, record) => {
      const sealedBy = (await store.findSealOver(tx, path)) ?? (await store.findSealBelow(tx, path))
      if (sealedBy) throw sealed(path, sealedBy)
      await refuseHeld(tx, path)
      const files = await store.filesBelow(tx, path)
      await store.removeBelow(tx, path)
      const named = files.slice(0, mostNamed).map((file) => ({ path: file.path, digest: file.digest }))
      record('artifact.deleted', thingOf(path), { path, count: files.length, files: named }, aboutRun(path))
    })
  }

  /** From now on nothing at or below `prefix` changes. */
  async function seal(tx: Tx, prefix: string, versionId: string): Promise<void> {
    await store.addSeal(tx, prefix, versionId, isoNow(clock))
  }

  return {
    upload,
    /** For bytes that are in the blob store already; a path that is sealed with the same bytes stays as it is. */
    place: (actor: ActorRef, path: ArtifactPath, stored: Pick<ArtifactFile, 'digest' | 'size'>) =>
      keep(actor, path, stored, refuseConflict),
    uploads: createUploads({
      db,
      commit,
      blobs,
      clock,
      refuseUpload,
      keep: (actor, path, stored) => keep(actor, path, stored),
    }),
    remove,
    seal,
    find: (path: string) => store.findFile(db, path),
    isFolder: (path: string) => store.isFolder(db, path),
    list: (folder: string) => store.listFolder(db, folder),
    /** What lies at the artifact address of a run or a logged model. */
    at: (uri: string) => openRoot({ db, blobs, direct }, uri),
    direct,
    /** In a transaction of the caller, so that what is sealed is what was there at that moment. */
    filesBelow: (from: Db, path: string) => store.filesBelow(from, path),
    /** Where an MLflow client put the files of a logged model: `<experiment>/models/<id>/artifacts`. */
    async findLoggedModel(id: string): Promise<string | undefined> {
      const folder = await store.findFolderNamed(db, id)
      return folder !== undefined && folder.split('/').at(-2) === 'models' ? `${folder}/artifacts` : undefined
    },
    blobs,
  }
}

function sealed(path: string, versionId: string) {
  return forbidden(`${path} belongs to a sealed model version and does not change any more; upload to another path`, {
    rule: 'sealed',
    version_id: versionId,
  })
}

const thingOf = (path: string): Thing => `artifact:${path}`

function aboutRun(path: string): Thing[] {
  const run = runOf(path)
  return run ? [`run:${run}`] : []
}
