import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { App } from '../app.ts'
import { ConfigError, readConfig } from '../config.ts'
import type { Actor } from '../modules/access/schema.ts'
import { serverActor } from '../modules/audit/schema.ts'
import type { ImportPlan, ImportReport } from '../modules/imports/schema.ts'
import type { Workspace } from '../workspace.ts'
import { CliError } from './exit.ts'
import { importProgress } from './import-progress.ts'
import { planText, reportText } from './import-text.ts'
import { print, printJson } from './output.ts'

type Options = {
  dataDir?: string
  artifactsDestination?: string
  workspace: string
  artifacts?: string
  prefix: string
  again?: boolean
  as?: string
  dryRun?: boolean
  json?: boolean
  report?: string
}

const importLogin = 'mlflow-import'

export function addImport(program: Command) {
  program
    .command('import')
    .description('bring what another tracker recorded into a data folder')
    .command('mlflow <source>')
    .description(
      'a live server (http://…), an mlruns folder, or a database (a SQLite file, sqlite:///…, postgresql://…) of MLflow',
    )
    .option('--dry-run', 'only look: what is there, and every problem')
    .option('--artifacts <dir>', 'folder with the files that mlflow-artifacts: and local locations mean')
    .option('--prefix <text>', 'for experiments and models whose id or name is taken by something else here', '')
    .option('--again', 'also bring what was imported before and has been removed here since')
    .option('--as <login>', 'the administrator who imports (default: an account of its own, mlflow-import)')
    .option('--workspace <name>', 'the workspace to import into', 'main')
    .option('--data-dir <dir>', 'folder for database, artifacts and keys (default ./modelkeep-data)')
    .option('--artifacts-destination <dir>', 'folder for the bytes of artifacts (default: in the data folder)')
    .option('--json', 'print the report as JSON')
    .option('--report <file>', 'write the report with every problem to a file, as JSON')
    .action(importMlflow)
}

async function importMlflow(text: string, options: Options) {
  if (!/^[a-zA-Z0-9][\w-]{0,30}$|^$/.test(options.prefix)) {
    throw new CliError('a prefix is made of letters, digits, _ and -')
  }
  const { openMlflowSource } = await import('../protocols/mlflow/import/index.ts')
  const opened = await openMlflowSource(text, {
    artifacts: options.artifacts,
    credentials: {
      token: process.env.MLFLOW_TRACKING_TOKEN,
      username: process.env.MLFLOW_TRACKING_USERNAME,
      password: process.env.MLFLOW_TRACKING_PASSWORD,
    },
  })
  if ('reason' in opened) throw new CliError(`this source cannot be imported: ${opened.reason}`)
  const { source } = opened
  const app = await openApp(options)
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal)
  try {
    const { state } = await app.workspaces.enter(options.workspace)
    const workspace = app.workspaces.get(options.workspace)
    if (!workspace || state !== 'active') throw new CliError(`the workspace ${options.workspace} is archived`)
    const people = await app.access.people.list()
    const logins = new Map(people.map(({ login, id }) => [login, id]))
    const trip = { source, prefix: options.prefix, again: options.again ?? false, logins, signal: stop.signal }
    const plan = await look(workspace, trip)
    if (options.dryRun) {
      if (options.report) await writeFile(options.report, `${JSON.stringify(plan, null, 2)}\n`)
      if (options.json) printJson(plan)
      else print(planText(plan, options.report))
      return
    }
    if (!options.json) print(planText(plan, options.report))
    const report = await bring(workspace, await actorOf(app, options.as), trip, plan)
    if (options.report) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`)
    if (options.json) printJson(report)
    else print(reportText(report, options.report))
    endWith(report)
  } catch (error) {
    if (error instanceof Error && (error.name === 'Interrupted' || error.name === 'SourceError')) {
      throw new CliError(error.name === 'Interrupted' ? 'stopped while looking; nothing was imported' : error.message)
    }
    if (error instanceof Error && error.name === 'AppError') throw new CliError(error.message)
    throw error
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, onSignal)
    await source.close()
    await app.close()
  }
}

async function look(workspace: Workspace, trip: Parameters<Workspace['imports']['plan']>[0]): Promise<ImportPlan> {
  const bar = importProgress('Looking', undefined)
  try {
    return await workspace.imports.plan({ ...trip, progress: bar.at })
  } finally {
    bar.stop()
  }
}

async function bring(
  workspace: Workspace,
  actor: Actor,
  trip: Parameters<Workspace['imports']['run']>[1],
  plan: ImportPlan,
): Promise<ImportReport> {
  const bar = importProgress('Importing', plan.found)
  try {
    return await workspace.imports.run(actor, { ...trip, progress: bar.at })
  } finally {
    bar.stop()
  }
}

function endWith(report: ImportReport): void {
  switch (report.outcome) {
    case 'verified':
      return
    case 'different':
      throw new CliError('what is stored differs from the source; the checks above say where')
    case 'interrupted':
      throw new CliError('stopped; the same command goes on where it stopped')
  }
}

async function openApp(options: Options): Promise<App> {
  const { createApp } = await import('../app.ts')
  const { createFirstAdministrator } = await import('../setup.ts')
  const app = await createApp({ ...configOf(options), log: false })
  const first = await createFirstAdministrator(app)
  if (first) {
    process.stderr.write(`First start: sign in as ${first.login} with the password ${first.password}\n`)
    process.stderr.write('This password is shown only now. Change it under People.\n')
  }
  return app
}

/** Whoever has the data folder may import; the trail names an administrator, or an account that is there for nothing else. */
async function actorOf({ access }: App, login: string | undefined): Promise<Actor> {
  const people = await access.people.list()
  const found = people.find((person) => person.login === (login ?? importLogin))
  const isAdministrator = found?.grants.some(({ role, model }) => role === 'administrator' && model === null)
  if (login !== undefined && (!found || found.disabled_at || !isAdministrator)) {
    throw new CliError(`${login} is not an administrator here`)
  }
  const person =
    found ??
    (await access.people.create(serverActor, {
      login: importLogin,
      name: 'MLflow import',
      kind: 'service',
      grants: [],
    }))
  return {
    id: person.id,
    kind: person.kind,
    via: 'server',
    login: person.login,
    name: person.name,
    grants: [{ role: 'administrator', model: null }],
    scopes: null,
  }
}

function configOf({ dataDir, artifactsDestination }: Options) {
  try {
    return readConfig(process.env, { dataDir, artifactsDestination })
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message)
    throw error
  }
}
