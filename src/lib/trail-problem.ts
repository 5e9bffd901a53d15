/** What can be wrong with an exported trail. */
export type TrailProblemKind =
  | 'bad_header' // the first line is not the header of a trail
  | 'bad_key' // the header's key is unusable, or is not the key that was pinned
  | 'not_json' // a line, or the event in it, is not JSON
  | 'malformed_line' // JSON, but not of the shape of a trail line
  | 'altered_event' // the event does not hash to its leaf
  | 'altered_leaf' // the event is as signed, the leaf hash beside it is not
  | 'missing_event' // an index is left out
  | 'duplicate_event' // an index comes twice
  | 'unexpected_event' // an event beyond the size in the header
  | 'reordered' // a line stands in the wrong place
  | 'truncated' // the trail ends before the size in the header or in a signed checkpoint
  | 'bad_checkpoint' // signed text that is not a checkpoint, or of another log
  | 'bad_signature' // the checkpoint is not signed by the key
  | 'root_mismatch' // events between two checkpoints are not those that were signed
  | 'uncovered' // no checkpoint covers the last events

/** `index` is the first event concerned and `lastIndex` the last; `line` counts from 1. */
export type TrailProblem = {
  readonly kind: TrailProblemKind
  readonly message: string
  readonly line?: number
  readonly index?: number
  readonly lastIndex?: number
}

/** A wholly foreign file has a problem in each line: the first hundred are kept and the rest counted. */
const maxProblems = 100

export function createProblems() {
  const found: TrailProblem[] = []
  let omitted = 0
  return {
    found,
    omitted: () => omitted,
    add(problem: TrailProblem): void {
      if (found.length < maxProblems) found.push(problem)
      else omitted++
    },
  }
}

export type Problems = ReturnType<typeof createProblems>
