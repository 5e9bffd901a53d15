import { assertTreeSize } from './merkle.ts'

/**
 * The export of an audit trail: JSON lines, every one of exactly one shape, so that any changed byte shows.
 *
 *   {"format":"modelkeep-trail-1","origin":"…","key":"<verifier key>","from":0,"size":N}
 *   {"index":0,"leaf":"<hex leaf hash>","event":{…}}       N lines; the leaf hash is over the bytes of the event as written
 *   {"checkpoint":"<signed note>"}                          by growing size; the last one covers all N events
 */
export const trailFormat = 'modelkeep-trail-1'

export type TrailHeader = { readonly origin: string; readonly key: string; readonly size: number }

/** An event as it is stored: its canonical JSON and the leaf hash that went into the tree, which may disagree. */
export type TrailEvent = { readonly event: string; readonly leaf: Uint8Array }

export function headerLine({ origin, key, size }: TrailHeader): string {
  assertTreeSize(size)
  return `${JSON.stringify({ format: trailFormat, origin, key, from: 0, size })}\n`
}

export function eventLine(index: number, { event, leaf }: TrailEvent): string {
  return `{"index":${index},"leaf":"${Buffer.from(leaf).toString('hex')}","event":${event}}\n`
}

export function checkpointLine(note: string): string {
  return `${JSON.stringify({ checkpoint: note })}\n`
}

/** Writes the trail line by line. The export shows what is stored: it repairs nothing and hides nothing. */
export async function* trailLines(input: {
  readonly header: TrailHeader
  readonly events: AsyncIterable<TrailEvent> | Iterable<TrailEvent>
  readonly checkpoints: AsyncIterable<string> | Iterable<string>
}): AsyncGenerator<string, void, void> {
  yield headerLine(input.header)
  let index = 0
  for await (const event of input.events) yield eventLine(index++, event)
  for await (const note of input.checkpoints) yield checkpointLine(note)
}
