import type { Problems } from './trail-problem.ts'

/** Further ahead than this an event is not kept for its place: the indexes in a file must not decide how much memory it takes. */
const maxJump = 1 << 16

/** Indexes from start to end that no line has filled; `line` is that of the first malformed line that stands for them. */
type Hole = { start: number; end: number; readonly line: number | undefined }

/**
 * Follows the indexes of the event lines, which should count up by one. `accept` says whether the event belongs at its
 * index; what is left out may still come later, and is then reported as reordered rather than missing.
 */
export function createTrailOrder(size: number, problems: Problems) {
  let next = 0
  const holes: Hole[] = []

  function fill(index: number, line: number): boolean {
    const at = holes.findIndex((hole) => hole.start <= index && index < hole.end)
    const hole = holes[at]
    if (!hole) {
      problems.add({ kind: 'duplicate_event', index, line, message: `event ${index} comes again in line ${line}` })
      return false
    }
    const parts = [
      { ...hole, end: index },
      { ...hole, start: index + 1 },
    ]
    holes.splice(at, 1, ...parts.filter((part) => part.start < part.end))
    if (hole.line === undefined) {
      problems.add({ kind: 'reordered', index, line, message: `event ${index} stands after event ${next - 1}` })
    }
    return true
  }

  return {
    accept(index: number, line: number): boolean {
      if (index === next && index < size) {
        next++
        return true
      }
      if (index >= size) {
        const message = `line ${line} holds event ${index}, but the header says ${size} events`
        problems.add({ kind: 'unexpected_event', index, line, message })
        return false
      }
      if (index < next) return fill(index, line)
      if (index - next > maxJump) {
        const message = `line ${line} holds event ${index} where event ${next} should be`
        problems.add({ kind: 'reordered', index, line, message })
        return false
      }
      holes.push({ start: next, end: index, line: undefined })
      next = index + 1
      return true
    },

    /** A line that cannot be read is taken for the event that should be there. Gives its index. */
    skip(line: number): number | undefined {
      if (next >= size) return undefined
      const last = holes.at(-1)
      if (last?.line !== undefined && last.end === next) last.end++
      else holes.push({ start: next, end: next + 1, line })
      return next++
    },

    next: () => next,

    /** Reports what never came and gives the number of leading events that are all there. */
    finish(): number {
      for (const { start, end, line } of holes) {
        if (line !== undefined) continue
        const which = end - start === 1 ? `event ${start} is` : `events ${start} to ${end - 1} are`
        problems.add({ kind: 'missing_event', index: start, lastIndex: end - 1, message: `${which} missing` })
      }
      return holes.reduce((least, hole) => Math.min(least, hole.start), next)
    },
  }
}
