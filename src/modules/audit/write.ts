import type { Tx } from '../../db/database.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ActorRef, Thing } from './schema.ts'

/** Notes what happened. The event and the change commit together. `about` names what else the event should be found under. */
export type RecordEvent = (action: string, subject: Thing, detail?: JsonObject, about?: readonly Thing[]) => void

/**
 * The one way to change governed data: transaction, change and audit event commit together or not at all.
 * Work that records nothing is rolled back, because a change without a trail is a bug.
 */
export type Write = <T>(actor: ActorRef, work: (tx: Tx, record: RecordEvent) => Promise<T>) => Promise<T>
