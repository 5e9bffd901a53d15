export type WorkspaceTables = { workspace: WorkspaceRow }

/** In the system database. A deleted workspace keeps its row, so that its name is not given again. */
export type WorkspaceRow = {
  name: string
  description: string | null
  /** Where new experiments that name no location keep their artifacts; null in the server's own store. */
  artifact_root: string | null
  state: 'active' | 'archived' | 'deleted'
  created_at: string
  created_by: string | null
  archived_at: string | null
  archive_reason: string | null
  deleted_at: string | null
}
