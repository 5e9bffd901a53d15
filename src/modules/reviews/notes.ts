import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, forbidden } from '../../lib/errors.ts'
import { type Actor, type Person, permits } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import { mentioned, say } from '../comments/index.ts'
import type { CommentSubject } from '../comments/schema.ts'
import type { FlowParts } from './flow-parts.ts'
import { notesOf, putNote, removeNotes } from './flow-store.ts'
import type { NoteInput, NoteKey, PrivateNote } from './schema.ts'
import type { Situation } from './situation.ts'
import type { StoredReview } from './store.ts'

/** What a reviewer notes for themselves alone, until they say it. */
export function createNotes({ db, commit, clock, getReview }: FlowParts) {
  async function put(actor: Actor, id: string, { about, text }: NoteInput): Promise<PrivateNote[]> {
    await getReview(actor, id)
    await commit((tx) => putNote(tx, id, actor.id, { about, text, changed_at: isoNow(clock) }))
    return notesOf(db, id, actor.id)
  }

  return { put }
}

type Publication = {
  readonly review: StoredReview
  readonly situation: Situation
  readonly people: readonly Person[]
  readonly about: readonly NoteKey[]
  readonly at: string
}

/** Makes comments of the actor's own notes, inside the write of what they are said with. */
export async function publishNotes(tx: Tx, record: RecordEvent, actor: Actor, publication: Publication) {
  const { review, situation, people, about, at } = publication
  if (about.length === 0) return
  const { model, version } = situation
  if (!permits(actor, 'review.comment', model.name)) {
    throw forbidden('this needs the permission review.comment', { permission: 'review.comment' })
  }
  const own = await notesOf(tx, review.id, actor.id)
  for (const key of new Set(about)) {
    const note = own.find((each) => each.about === key)
    if (!note) throw badRequest(`you have no note about ${key}`)
    const subject = subjectOf(key, review)
    const named = mentioned(note.text, people, model.name)
    await say(tx, record, actor, { version, about: subject, text: note.text, mentioned: named, at })
  }
  await removeNotes(tx, review.id, actor.id, about)
}

function subjectOf(key: NoteKey, { id, environment }: StoredReview): CommentSubject {
  const [policy = '', rule] = key.split('/')
  if (rule === undefined) return { kind: 'review', id: id as `rev_${string}` }
  return { kind: 'requirement', environment, policy, rule }
}
