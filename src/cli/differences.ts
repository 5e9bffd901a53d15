import type { Difference, DifferenceGroup, RequirementSide, VersionDifferences } from '../modules/challenges/schema.ts'
import { styled } from './output.ts'

const groups: Record<DifferenceGroup, { title: string; nothing: string }> = {
  gate: { title: 'Requirements, waivers and findings', nothing: 'no requirement, waiver or open finding differs' },
  content: { title: 'Data and content', nothing: 'data, files, signature and run are the same' },
  parameters: { title: 'Parameters and metrics, as the run logged them', nothing: 'none differs' },
  words: { title: 'Words', nothing: 'description and tags are the same' },
}

const most = 20

/** What differs between two versions for a terminal: what matters most first, and said where nothing does. */
export function differenceLines(found: VersionDifferences): string[] {
  const { a, b, environment, outcomes, runs, differences } = found
  const unseen = [runs.a, runs.b].some(({ state }) => state === 'gone' || state === 'withheld')
  const lines = [`Version ${b} against ${a}, for ${environment}: ${outcomes.a} before, ${outcomes.b} now.`]
  for (const [group, { title, nothing }] of Object.entries(groups)) {
    const own = differences.filter((each) => each.group === group)
    const none = group === 'parameters' && unseen ? 'not compared' : nothing
    lines.push(own.length === 0 ? `${title}: ${none}.` : styled('bold', title))
    lines.push(...own.slice(0, most).map((each) => `  ${lineOf(each)}`))
    if (own.length > most) lines.push(`  and ${own.length - most} more; --json has all`)
  }
  for (const [version, { id, state }] of [[a, runs.a] as const, [b, runs.b] as const]) {
    if (state === 'changed') lines.push(`Run ${id} of version ${version} has changed since the version was sealed.`)
    if (state === 'gone') lines.push(`Run ${id} of version ${version} is gone.`)
    if (state === 'withheld') lines.push(`Run ${id} of version ${version} is not open to you.`)
  }
  return lines
}

function lineOf(each: Difference): string {
  if (each.part === 'requirement') {
    const mark = each.change === 'worse' ? styled('red', '◆') : each.change === 'better' ? styled('green', '●') : '▲'
    return `${mark} ${each.title}: ${wordOf(each.a)} before, ${wordOf(each.b)} now`
  }
  return `${each.part} ${each.title}: ${short(each.a)} → ${short(each.b)}`
}

const words = {
  met: 'met',
  attention: 'met with something to note',
  blocked: 'not met',
  waiting: 'waiting',
  unknown: 'not assessed',
}

const wordOf = (side: RequirementSide | null) =>
  side === null
    ? 'not asked'
    : side.waived_until === null
      ? words[side.state]
      : `waived until ${side.waived_until.slice(0, 10)}`

function short(text: string | null): string {
  if (text === null) return 'none'
  const line = text.replace('sha256:', '').replaceAll(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
