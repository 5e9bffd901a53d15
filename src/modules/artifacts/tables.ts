export type ArtifactTables = {
  artifact: ArtifactRow
  artifact_folder: ArtifactFolderRow
  artifact_seal: ArtifactSealRow
  artifact_upload: ArtifactUploadRow
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

/** An upload by addresses that were handed out: in `parts` parts, or whole when there are none. */
export type ArtifactUploadRow = {
  id: string
  path: string
  /** The blob store's name for it; null for one that comes whole. */
  store_upload: string | null
  parts: number
  /** JSON of the ActorRef that began it. */
  actor: string
  /** Set once the bytes are stored. */
  digest: string | null
  size: number | null
  /** When the bytes became the content of the path. */
  completed_at: string | null
  expires_at: string
}
