import type { ArtifactFile } from '../artifacts/schema.ts'
import type { FileEntry } from './schema.ts'

export const mostFiles = 20_000

/** Paths in a manifest are relative to the source; a source that is one file has its name. */
export function entriesOf(root: string, files: readonly ArtifactFile[]): FileEntry[] {
  return files.map(({ path, size, digest, media_type }) => ({
    path: path === root ? path.slice(path.lastIndexOf('/') + 1) : path.slice(root.length + 1),
    size,
    sha256: digest,
    media_type,
  }))
}
