import type { Tx } from '../../db/database.ts'
import { sha256 } from '../../lib/digest.ts'
import { newId } from '../../lib/ids.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { ActorRef, Thing } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import type { ModelVersion } from '../registry/schema.ts'
import type { Mentioned } from './mentions.ts'
import type { CommentSubject } from './schema.ts'
import * as store from './store.ts'

export type Saying = {
  readonly version: Pick<ModelVersion, 'id' | 'model_id' | 'model' | 'version'>
  readonly about: CommentSubject
  readonly text: string
  readonly parent?: store.StoredComment | undefined
  readonly mentioned: Pick<Mentioned, 'told'>
  readonly at: string
}

/** Adds a comment inside a write, tells whom it names and whom it answers. The trail holds its digest. */
export async function say(tx: Tx, record: RecordEvent, actor: ActorRef, saying: Saying): Promise<string> {
  const { version, about, text, parent, mentioned, at } = saying
  const id = newId('cmt', Date.parse(at))
  const subject = store.subjectText(about)
  await store.insertComment(
    tx,
    {
      id,
      model_id: version.model_id,
      version_id: version.id,
      kind: about.kind,
      subject,
      parent_id: parent?.id ?? null,
      said_by: actor.id,
      said_at: at,
      mentions: JSON.stringify(mentioned.told),
      retracted_at: null,
    },
    text,
  )
  const detail = { on: about.kind, what: subject, answers: parent?.id ?? null, digest: sha256(text) }
  record('comment.added', `comment:${id}`, { ...detail, mentions: [...mentioned.told] }, aboutThings(version, about))
  const where = `${version.model} ${version.version}`
  const link = linkOf(version, about)
  const told = await tell(tx, {
    to: mentioned.told,
    kind: 'mention',
    text: `You were named in a comment on ${subjectWords(about)} of ${where}.`,
    link,
    by: actor.id,
    at,
  })
  if (parent && !told.some((person) => person === parent.said_by)) {
    const answered = `Your comment on ${subjectWords(about)} of ${where} was answered.`
    await tell(tx, { to: [parent.said_by], kind: 'reply', text: answered, link, by: actor.id, at })
  }
  return id
}

export function aboutThings({ id, model_id }: Pick<ModelVersion, 'id' | 'model_id'>, about: CommentSubject): Thing[] {
  const own: Thing[] = about.kind === 'requirement' ? [] : [`${about.kind}:${about.id}`]
  return [`model:${model_id}`, `version:${id}`, ...own]
}

export function subjectWords(about: CommentSubject): string {
  switch (about.kind) {
    case 'review':
      return 'the review'
    case 'requirement':
      return `the requirement ${about.rule} in ${about.environment}`
    case 'evidence':
      return 'the evidence'
  }
}

/** Where the comment can be read in the web application. */
export function linkOf({ model, version }: Pick<ModelVersion, 'model' | 'version'>, about: CommentSubject): string {
  const page = `/models/${encodeURIComponent(model)}/versions/${version}`
  switch (about.kind) {
    case 'review':
      return `/reviews/${about.id}`
    case 'requirement':
      return `${page}?environment=${about.environment}`
    case 'evidence':
      return `${page}?tab=evaluations`
  }
}
