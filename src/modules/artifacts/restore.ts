import type { Tx } from '../../db/database.ts'
import type { ArtifactFile } from './schema.ts'
import * as store from './store.ts'

/** What became of a file: it is there now, it was there with these bytes, or something else stands in its way. */
export type RestoredFile = 'added' | 'same' | 'other_content' | 'in_the_way' | 'sealed'

/**
 * Puts files whose bytes are stored already at their paths, in the caller's transaction, which records the event. Nothing that
 * is there is replaced.
 */
export async function restoreFile(tx: Tx, file: ArtifactFile): Promise<RestoredFile> {
  const there = await store.findFile(tx, file.path)
  if (there) return there.digest === file.digest ? 'same' : 'other_content'
  if ((await store.isFolder(tx, file.path)) || (await store.findFileInTheWay(tx, file.path))) return 'in_the_way'
  if (await store.findSealOver(tx, file.path)) return 'sealed'
  await store.putFile(tx, file)
  return 'added'
}
