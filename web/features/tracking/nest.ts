import type { Run } from '../../../src/modules/tracking/schema.ts'

export const parentTag = 'mlflow.parentRunId'

export const parentOf = (run: Pick<Run, 'tags'>) => run.tags.find(({ key }) => key === parentTag)?.value

/** Every run under its parent, where that is among them; and how deep it stands. */
export function nest(runs: readonly Run[]): { runs: Run[]; depths: Map<string, number> } {
  const known = new Set(runs.map(({ id }) => id))
  const children = Map.groupBy(runs, (run) => {
    const parent = parentOf(run)
    return parent !== undefined && parent !== run.id && known.has(parent) ? parent : ''
  })
  const depths = new Map<string, number>()
  const ordered: Run[] = []
  function walk(from: readonly Run[], depth: number) {
    for (const run of from) {
      if (depths.has(run.id)) continue
      depths.set(run.id, depth)
      ordered.push(run)
      walk(children.get(run.id) ?? [], depth + 1)
    }
  }
  walk(children.get('') ?? [], 0)
  // Runs that name each other as parent hang on none.
  walk(runs, 0)
  return { runs: ordered, depths }
}
