export type CommentTables = { comment: CommentRow; comment_text: CommentTextRow }

export type CommentRow = {
  id: string
  model_id: string
  version_id: string
  kind: string
  /** An id, or `environment/policy/rule` for a requirement. */
  subject: string
  parent_id: string | null
  said_by: string
  said_at: string
  /** A JSON array of people. */
  mentions: string
  retracted_at: string | null
}

/** Texts are added, never changed; the one with the highest number stands. */
export type CommentTextRow = { comment_id: string; number: number; text: string; said_at: string }
