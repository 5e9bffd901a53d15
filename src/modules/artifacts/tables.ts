export type ArtifactTables = {
  artifact: ArtifactRow
  artifact_folder: ArtifactFolderRow
  artifact_seal: ArtifactSealRow
}

/** The newest content of a path. `folder` and `name` are its two halves, so that a listing is one index range. */
export type ArtifactRow = {
  path: string
  folder: string
  name: string
  digest: string
  size: number
  media_type: string
  created_by: string
  created_at: string
}

/** Folders exist while something is in them; the root is the empty text and has no row. */
export type ArtifactFolderRow = { path: string; parent: string; name: string }

/** Below `prefix` nothing changes any more, because the version was sealed from what is there. */
export type ArtifactSealRow = { prefix: string; version_id: string; sealed_at: string }
