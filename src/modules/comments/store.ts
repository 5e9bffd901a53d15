import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Comment, CommentId, CommentSubject } from './schema.ts'
import type { CommentRow, CommentTextRow } from './tables.ts'

export type StoredComment = Selectable<CommentRow>

export function subjectText(about: CommentSubject): string {
  return about.kind === 'requirement' ? `${about.environment}/${about.policy}/${about.rule}` : about.id
}

function subjectOf({ kind, subject }: StoredComment): CommentSubject {
  const [environment = '', policy = '', rule = ''] = subject.split('/')
  switch (kind) {
    case 'requirement':
      return { kind, environment, policy, rule }
    case 'evidence':
      return { kind, id: subject as `evi_${string}` }
    default:
      return { kind: 'review', id: subject as `rev_${string}` }
  }
}

function toComment(row: StoredComment, texts: readonly Selectable<CommentTextRow>[]): Comment {
  const last = texts.at(-1)
  return {
    id: row.id as CommentId,
    about: subjectOf(row),
    answers: row.parent_id as CommentId | null,
    said_by: row.said_by as PersonId,
    said_at: row.said_at,
    text: last?.text ?? '',
    earlier: texts.slice(0, -1).map(({ text, said_at }) => ({ text, said_at })),
    changed_at: texts.length > 1 ? (last?.said_at ?? null) : null,
    retracted_at: row.retracted_at,
    mentions: JSON.parse(row.mentions) as PersonId[],
  }
}

/** Oldest first. */
export async function commentsOf(db: Db, version_id: string): Promise<Comment[]> {
  const rows = await db
    .selectFrom('comment')
    .selectAll()
    .where('version_id', '=', version_id)
    .orderBy('said_at')
    .orderBy('id')
    .execute()
  const texts = await db
    .selectFrom('comment_text as t')
    .innerJoin('comment as c', 'c.id', 't.comment_id')
    .selectAll('t')
    .where('c.version_id', '=', version_id)
    .orderBy('t.comment_id')
    .orderBy('t.number')
    .execute()
  const byComment = Map.groupBy(texts, ({ comment_id }) => comment_id)
  return rows.map((row) => toComment(row, byComment.get(row.id) ?? []))
}

export function findRow(db: Db, id: string): Promise<StoredComment | undefined> {
  return db.selectFrom('comment').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function findComment(db: Db, id: string): Promise<Comment | undefined> {
  const row = await findRow(db, id)
  const texts = await db.selectFrom('comment_text').selectAll().where('comment_id', '=', id).orderBy('number').execute()
  return row && toComment(row, texts)
}

export async function insertComment(tx: Tx, row: CommentRow, text: string): Promise<void> {
  await tx.insertInto('comment').values(row).execute()
  await insertText(tx, row.id, 1, text, row.said_at)
}

export async function insertText(tx: Tx, comment_id: string, number: number, text: string, said_at: string) {
  await tx.insertInto('comment_text').values({ comment_id, number, text, said_at }).execute()
}

export async function setMentions(tx: Tx, id: string, mentions: readonly PersonId[]): Promise<void> {
  await tx
    .updateTable('comment')
    .set({ mentions: JSON.stringify(mentions) })
    .where('id', '=', id)
    .execute()
}

/** Compare-and-set: false when it was taken back already. */
export async function retract(tx: Tx, id: string, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('comment')
    .set({ retracted_at: at })
    .where('id', '=', id)
    .where('retracted_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function removeComments(tx: Tx, versions: readonly string[]): Promise<void> {
  const those = tx
    .selectFrom('comment')
    .select('id')
    .where('version_id', 'in', [...versions])
  await tx.deleteFrom('comment_text').where('comment_id', 'in', those).execute()
  await tx
    .deleteFrom('comment')
    .where('version_id', 'in', [...versions])
    .execute()
}
