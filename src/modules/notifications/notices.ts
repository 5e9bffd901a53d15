import type { Db, Tx } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import type { Notice, NoticeId, NoticeKind, NoticeList, NoticeQuery, ReadInput } from './schema.ts'

// What somebody was told is not governed data: the event that it tells of is in the trail already.

export type Telling = {
  readonly to: Iterable<string>
  readonly kind: NoticeKind
  /** One sentence without names of people; the page says who. */
  readonly text: string
  readonly link: string
  readonly by: ActorRef['id']
  readonly at: string
}

/** Tells people, each once, inside the transaction of what happened. Whoever did it is not told of it. */
export async function tell(tx: Tx, { to, kind, text, link, by, at }: Telling): Promise<PersonId[]> {
  const people = [...new Set(to)].filter((person) => person !== by && person !== 'server') as PersonId[]
  for (const person_id of people) {
    const id = newId('ntc', Date.parse(at))
    await tx
      .insertInto('notice')
      .values({ id, person_id, kind, text, link, caused_by: by, told_at: at, read_at: null })
      .execute()
  }
  return people
}

/** What people were told, each for themselves alone. */
export function createNotices({ db, commit, clock }: { db: Db; commit: Commit; clock: Clock }) {
  async function list(person: string, { state }: NoticeQuery): Promise<NoticeList> {
    let query = db.selectFrom('notice').selectAll().where('person_id', '=', person)
    if (state === 'unread') query = query.where('read_at', 'is', null)
    const rows = await query.orderBy('told_at', 'desc').orderBy('id', 'desc').limit(200).execute()
    const count = await db
      .selectFrom('notice')
      .select((eb) => eb.fn.countAll().as('unread'))
      .where('person_id', '=', person)
      .where('read_at', 'is', null)
      .executeTakeFirstOrThrow()
    const notices = rows.map(
      ({ person_id: _person, ...row }): Notice => ({
        ...row,
        id: row.id as NoticeId,
        kind: row.kind as NoticeKind,
        caused_by: row.caused_by as Notice['caused_by'],
      }),
    )
    return { notices, unread: Number(count.unread) }
  }

  /** The notices of somebody else are left alone without a word. */
  async function markRead(person: string, { ids }: ReadInput): Promise<NoticeList> {
    await commit(async (tx) => {
      let query = tx
        .updateTable('notice')
        .set({ read_at: isoNow(clock) })
        .where('person_id', '=', person)
        .where('read_at', 'is', null)
      if (ids) query = query.where('id', 'in', ids)
      await query.execute()
    })
    return list(person, { state: 'unread' })
  }

  return { list, markRead }
}
