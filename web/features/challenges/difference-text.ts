import type { DifferenceGroup, VersionDifferences } from '../../../src/modules/challenges/schema.ts'
import { counted } from '../../ui/Voice.tsx'

/** Parameters and metrics of a side that does not show them are not compared. */
export const isUnseen = ({ runs }: VersionDifferences): boolean =>
  [runs.a, runs.b].some(({ state }) => state === 'gone' || state === 'withheld')

const names: Record<DifferenceGroup, string> = {
  gate: 'requirements, waivers and open findings',
  content: 'data, files, signature and run',
  parameters: 'parameters and metrics',
  words: 'description and tags',
}

/** Which groups do not differ at all, and how many parts are the same elsewhere. */
export function sameText(found: VersionDifferences): string {
  const differing = new Set(found.differences.map(({ group }) => group))
  const clear = (Object.keys(names) as DifferenceGroup[]).filter(
    (group) => !differing.has(group) && !(group === 'parameters' && isUnseen(found)),
  )
  const same = Object.values(found.same).reduce((sum, each) => sum + each, 0)
  const said = clear.map((group) => names[group]).join('; ')
  return [
    said === '' ? '' : `Nothing differs in ${said}.`,
    same === 0 ? '' : `${counted(same, 'part is', 'parts are')} the same in both.`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** What is to be known about the runs that parameters and metrics come from. */
export const runNotes = ({ a, b, runs }: VersionDifferences): string[] =>
  [noteOf(a, runs.a), noteOf(b, runs.b)].filter((note) => note !== '')

function noteOf(version: number, { id, state }: VersionDifferences['runs']['a']): string {
  switch (state) {
    case 'as_sealed':
    case 'none':
      return ''
    case 'changed':
      return `Run ${id} says something else than when version ${version} was sealed; the values are those of now.`
    case 'gone':
      return `Run ${id} of version ${version} is gone, so parameters and metrics are not compared.`
    case 'withheld':
      return `Run ${id} of version ${version} is not open to you, so parameters and metrics are not compared.`
  }
}
