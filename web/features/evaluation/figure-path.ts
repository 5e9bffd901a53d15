import { groupLabel } from './fairness-rows.ts'
import { figureTitle, rateTitles } from './results.ts'

export function pathParts(path: string): string[] {
  return [...path.matchAll(/\[([^\]]+)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2] ?? '')
}

/** A figure's path in words: `attributes.sex.disparities.selection_rate.ratio` is "Selection rate, ratio by sex". */
export function pathTitle(path: string): string {
  const [first = '', second = '', third = '', ...rest] = pathParts(path)
  switch (first) {
    case 'figures':
    case 'rates':
      return words(second)
    case 'attributes':
      return fairnessTitle(third, rest, second === '*' ? 'any attribute' : second)
    case 'intersection':
      return fairnessTitle(second, [third, ...rest], 'intersection')
    case 'classes':
      return `${words(third)} of ${second}`
    case 'stability':
      return 'Figure over halves of the rows, mean'
    case 'disturbances':
      return `${disturbed(second)} turns decisions`
    case 'rules':
      return `Rule broken: ${second}`
    case 'membership':
      return `Membership inference, ${second.replaceAll('_', ' ')}`
    case 'regressions':
      return `Loss where ${second}`
    case 'individual':
      return 'Consistency of like rows'
    default:
      return [first, second, third, ...rest].filter(Boolean).join(', ').replaceAll('_', ' ')
  }
}

const words = (key: string) => rateTitles[key] ?? figureTitle(key)

function fairnessTitle(what: string, rest: readonly string[], by: string): string {
  const [name = '', ...more] = rest
  switch (what) {
    case 'disparities':
      return `${words(name)}, ${more.join(' ').replaceAll('_', ' ')} by ${by}`
    case 'groups':
      return `${words(more.at(-1) ?? '')} of ${groupLabel(name)}`
    default:
      return [what, ...rest, by].join(', ').replaceAll('_', ' ')
  }
}

/** "age noise" is how evidence names a column and what was done to it. */
function disturbed(key: string): string {
  const at = key.lastIndexOf(' ')
  return `${key.slice(0, at)} ${key.slice(at + 1).replaceAll('_', ' ')}`
}
