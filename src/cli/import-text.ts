import type { ImportCounts, ImportPlan, ImportProblem, ImportReport } from '../modules/imports/schema.ts'
import { styled, table, wrapped } from './output.ts'

const rows: readonly (readonly [keyof ImportCounts, string])[] = [
  ['experiments', 'experiments'],
  ['runs', 'runs'],
  ['params', 'parameters'],
  ['tags', 'tags of runs'],
  ['metrics', 'metrics'],
  ['points', 'metric points'],
  ['inputs', 'inputs'],
  ['logged_models', 'logged models'],
  ['models', 'models'],
  ['versions', 'versions'],
  ['aliases', 'aliases'],
  ['artifacts', 'files'],
  ['bytes', 'bytes of files'],
]
const mostShown = 20

const shown = (value: number | null) => (value === null ? 'counted while importing' : value.toLocaleString('en'))

export function planText(plan: ImportPlan, file: string | undefined): string {
  const { experiments, runs, models, versions } = plan.known
  const known = experiments + runs + models + versions
  return [
    `${plan.source} holds:`,
    indented(table(rows.map(([key, word]) => [word, shown(plan.found[key])]))),
    ...(known > 0
      ? [`Here already: ${experiments} experiments, ${runs} runs, ${models} models, ${versions} versions.`]
      : []),
    problemsText(plan.problems, file),
  ].join('\n')
}

export function reportText(report: ImportReport, file: string | undefined): string {
  const { brought, updated, unchanged, refused } = report
  const changed = rows.some(([key]) => brought[key] + updated[key] > 0)
  const used = rows.filter(([key]) => brought[key] + updated[key] + unchanged[key] + refused[key] > 0)
  const lines = used.map(([key, word]) => [
    word,
    shown(brought[key]),
    shown(updated[key]),
    shown(unchanged[key]),
    shown(refused[key]),
  ])
  const bad = report.checks.filter(({ expected, found }) => expected !== found)
  return [
    '',
    `Import ${report.id}${report.resumed ? ', taken up again' : ''}:`,
    ...(lines.length > 0 ? [indented(table([['', 'BROUGHT', 'UPDATED', 'UNCHANGED', 'REFUSED'], ...lines]))] : []),
    ...(changed || report.outcome === 'interrupted' ? [] : ['Nothing was changed: everything is here already.']),
    problemsText(report.problems, file),
    ...(report.outcome === 'verified'
      ? [`${styled('green', 'Verified')}: ${report.checks.length} comparisons of counts and digests agree.`]
      : []),
    ...bad.map(({ what, expected, found }) =>
      styled('red', `Different: ${what}: ${shown(expected)} expected, ${shown(found)} found`),
    ),
  ].join('\n')
}

function problemsText(problems: readonly ImportProblem[], file: string | undefined): string {
  if (problems.length === 0) return 'No problems.'
  const lines = [`${problems.length} problem${problems.length === 1 ? '' : 's'}:`]
  for (const [code, list] of Map.groupBy(problems, (one) => one.code)) {
    for (const { kind, subject, message } of list.slice(0, mostShown)) {
      lines.push(
        `  ${styled('yellow', '▲')} ${wrapped(`${kind.replace('_', ' ')} ${subject}: ${message} (${code})`, 4)}`,
      )
    }
    const more = list.length - mostShown
    if (more > 0)
      lines.push(`    … and ${more} more of ${code}; ${file ? `${file} names them` : '--report FILE names them all'}`)
  }
  return lines.join('\n')
}

const indented = (text: string) => text.replaceAll(/^/gm, '  ')
