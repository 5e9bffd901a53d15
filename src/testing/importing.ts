import type { Actor } from '../modules/access/schema.ts'
import type { ImportPlan, ImportReport } from '../modules/imports/schema.ts'
import { openMlflowSource, type SourceOptions } from '../protocols/mlflow/import/index.ts'
import type { TestApp } from './app.ts'

type Options = SourceOptions & {
  prefix?: string
  again?: boolean
  only?: 'plan'
  as?: Actor
  signal?: AbortSignal
  progress?: (at: { phase: string; done: number }) => void
}

/** Opens a source and imports it, as the command line does. */
export async function importInto(
  app: TestApp,
  text: string,
  { prefix = '', again = false, only, as, signal, progress, ...options }: Options = {},
): Promise<{ plan: ImportPlan; report: ImportReport }> {
  const workspace = app.workspaces.get('main')
  const opened = await openMlflowSource(text, options)
  if ('reason' in opened || !workspace) throw new Error('reason' in opened ? opened.reason : 'no workspace')
  const people = await app.access.people.list()
  const trip = {
    source: opened.source,
    prefix,
    again,
    logins: new Map(people.map(({ login, id }) => [login, id])),
    ...(signal ? { signal } : {}),
    ...(progress ? { progress } : {}),
  }
  try {
    const plan = only === 'plan' ? await workspace.imports.plan(trip) : undefined
    const report = only === 'plan' ? undefined : await workspace.imports.run(as ?? (await importer(app)), trip)
    return { plan, report } as { plan: ImportPlan; report: ImportReport }
  } finally {
    await opened.source.close()
  }
}

export async function importer(app: TestApp): Promise<Actor> {
  const { person } = await app.as('administrator')
  const { id, login, name, grants } = person
  return { id, kind: 'person', via: 'server', login, name, grants, scopes: null }
}

/** Short, and in an order of its own. */
export const problemsOf = ({ problems }: Pick<ImportReport, 'problems'>): string[] =>
  problems.map(({ kind, subject, code }) => `${kind} ${subject}: ${code}`).sort()
