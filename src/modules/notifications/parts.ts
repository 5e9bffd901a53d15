import type { Db, Tx } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import type { Jobs } from '../../jobs/index.ts'
import type { Clock } from '../../lib/clock.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { SecretBox } from '../../lib/secret-box.ts'
import type { Write } from '../audit/index.ts'
import type { EventBody } from '../audit/schema.ts'
import type { Post } from './post.ts'
import type { TrustedHosts } from './receiver.ts'

/** Another program's words for our events: what its receivers expect to be sent. */
export type ForeignWords = {
  /** Undefined for an event that the other program has no word for. Reads inside the transaction of the event. */
  translate(tx: Tx, event: EventBody): Promise<ForeignEvent | undefined>
  example(event: string, at: string): ForeignEvent
}
export type ForeignEvent = { readonly event: string; readonly payload: JsonObject }

export type NotificationParts = {
  db: Db
  write: Write
  commit: Commit
  clock: Clock
  /** A queue of its own, so that a slow receiver keeps nothing else waiting. */
  jobs: Jobs
  secrets: SecretBox
  trusted: TrustedHosts
  post: Post
  workspace: string
  mlflow: ForeignWords
}
