import type { GoldenCase, GoldenFile } from './cases.ts'
import { disagreements } from './compare.ts'

/** What a case's computation gives where the product, on purpose, computes no such thing. */
export class NotApplicable {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** Values of a case that follow another definition than ours, by their path, and why ours differs. */
export type OtherDefinition = { readonly path: RegExp; readonly reason: string }

export type Area = {
  readonly name: string
  /** The value to compare, in the shape that is expected; numbers that are no numbers as the texts of the format. */
  readonly compute: (each: GoldenCase, file: GoldenFile) => unknown | Promise<unknown>
  /** Lines of disagreement that are a matter of definition; they are counted and named, never dropped in silence. */
  readonly others?: (each: GoldenCase) => readonly OtherDefinition[]
  /** Where agreement within the tolerance is not the question; gives the lines that are wrong. */
  readonly judge?: (each: GoldenCase, actual: unknown) => readonly string[] | undefined
}

export type Outcome =
  | { readonly kind: 'passed'; readonly apart: readonly { readonly line: string; readonly reason: string }[] }
  | { readonly kind: 'failed'; readonly wrong: readonly string[] }
  | { readonly kind: 'not_applicable'; readonly reason: string }

export async function outcomeOf(area: Area, each: GoldenCase, file: GoldenFile): Promise<Outcome> {
  const actual = await compute(area, each, file)
  if (actual instanceof NotApplicable) return { kind: 'not_applicable', reason: actual.reason }
  if (actual instanceof Error) return { kind: 'failed', wrong: [actual.stack ?? actual.message] }
  const lines = area.judge?.(each, actual) ?? disagreements(actual, each.expected, each.tolerance)
  const others = area.others?.(each) ?? []
  const apart = lines.flatMap((line) => {
    const reason = others.find(({ path }) => path.test(line))?.reason
    return reason === undefined ? [] : [{ line, reason }]
  })
  const wrong = lines.filter((line) => !others.some(({ path }) => path.test(line)))
  return wrong.length > 0 ? { kind: 'failed', wrong } : { kind: 'passed', apart }
}

async function compute(area: Area, each: GoldenCase, file: GoldenFile): Promise<unknown> {
  try {
    return await area.compute(each, file)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
