import type { DirectPlace } from '../../blobs/direct.ts'
import { digestOf } from '../../lib/digest.ts'
import { badRequest } from '../../lib/errors.ts'
import { type Artifacts, sealedCopies, toArtifactPath } from '../artifacts/index.ts'
import type { ArtifactFile } from '../artifacts/schema.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { entriesOf, mostFiles } from './entries.ts'

/**
 * Copies what lies in a direct store into the vault, under a folder that its content names, and answers as if it had been there. Who can
 * write to the direct store can still change what is there, so clients are sent to the copy.
 */
export async function sealDirect(artifacts: Artifacts, actor: ActorRef, place: DirectPlace) {
  const copied: { path: string; digest: ArtifactFile['digest']; size: number }[] = []
  for await (const file of artifacts.direct.filesBelow(place)) {
    if (copied.length >= mostFiles) throw badRequest(`the source has more than ${mostFiles} files`)
    const stream = await artifacts.direct.open(file.place)
    if (!stream) throw badRequest(`the file ${file.path} of the source went away while it was read; try again`)
    copied.push({ path: file.path, ...(await artifacts.blobs.put(stream)) })
  }
  if (copied.length === 0) throw badRequest('there are no files at the source, or this server may not read them')
  copied.sort((a, b) => (a.path < b.path ? -1 : 1))
  const root = `${sealedCopies}/${digestOf(copied).slice('sha256:'.length)}`
  const files: ArtifactFile[] = []
  for (const { path, ...stored } of copied) {
    const target = toArtifactPath(`${root}/${path}`)
    if (target === undefined) throw badRequest(`the source has a file whose name is no path: ${path}`)
    files.push(await artifacts.place(actor, target, stored))
  }
  return {
    path: root,
    location: `mlflow-artifacts:/${root}`,
    files: entriesOf(root, files),
    people: [...new Set(files.map((file) => file.created_by))] as PersonId[],
  }
}
