import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import { prepared } from '../../db/prepared.ts'
import type { PersonId } from '../audit/schema.ts'
import {
  type Deployment,
  type DeploymentId,
  type Environment,
  type GateMode,
  type Model,
  type ModelId,
  OfflineRule,
  type SeverityLevel,
  type VersionId,
} from './schema.ts'
import type { DeploymentRow, EnvironmentRow } from './tables.ts'

const toEnvironment = (row: EnvironmentRow): Environment => ({
  name: row.name,
  mode: row.mode as GateMode,
  protected_aliases: JSON.parse(row.protected_aliases) as string[],
  findings_block: row.findings_block as SeverityLevel,
  offline: OfflineRule.parse(JSON.parse(row.offline)),
})

export async function listEnvironments(db: Db): Promise<Environment[]> {
  const rows = await db.selectFrom('environment').selectAll().orderBy('name').execute()
  return rows.map(toEnvironment)
}

/** The environments that ask their gate before an alias of a model moves. A prompt's aliases move freely. */
export async function protectorsOf(db: Db, { kind }: Pick<Model, 'kind'>, alias: string): Promise<Environment[]> {
  if (kind === 'prompt') return []
  return (await listEnvironments(db)).filter((each) => each.protected_aliases.includes(alias))
}

export async function findEnvironment(db: Db, name: string): Promise<Environment | undefined> {
  const [row] = await environmentNamed(db, name)
  return row && toEnvironment(row)
}

const environmentNamed = prepared((db, name: string) =>
  db.selectFrom('environment').selectAll().where('name', '=', name),
)

export async function putEnvironment(tx: Tx, { name, ...rules }: Environment): Promise<void> {
  const { protected_aliases, offline } = rules
  const set = { ...rules, protected_aliases: JSON.stringify(protected_aliases), offline: JSON.stringify(offline) }
  await tx
    .insertInto('environment')
    .values({ name, ...set })
    .onConflict((c) => c.column('name').doUpdateSet(set))
    .execute()
}

function deploymentRows(db: Db) {
  return db
    .selectFrom('deployment as d')
    .innerJoin('model as m', 'm.id', 'd.model_id')
    .innerJoin('model_version as v', 'v.id', 'd.version_id')
    .selectAll('d')
    .select(['m.name as model_name', 'v.version'])
}

function toDeployment(row: DeploymentRow & { model_name: string; version: number }): Deployment {
  return {
    id: row.id as DeploymentId,
    model: row.model_name,
    version: row.version,
    version_id: row.version_id as VersionId,
    environment: row.environment,
    endpoint: row.endpoint,
    verdict_id: row.verdict_id,
    reported_by: row.reported_by as PersonId,
    reported_at: row.reported_at,
    ended_at: row.ended_at,
  }
}

export type DeploymentFilter = { model?: string | undefined; environment?: string | undefined; open?: boolean }

/** Newest first. `models` undefined means every model. */
export async function listDeployments(
  db: Db,
  models: readonly string[] | undefined,
  { model, environment, open }: DeploymentFilter,
): Promise<Deployment[]> {
  let query = deploymentRows(db).orderBy('d.reported_at', 'desc').orderBy('d.id', 'desc').limit(1000)
  if (model !== undefined) query = query.where('m.name', '=', model)
  if (environment !== undefined) query = query.where('d.environment', '=', environment)
  if (open) query = query.where('d.ended_at', 'is', null)
  const rows =
    models === undefined
      ? await query.execute()
      : await inParts(models, (part) => query.where('m.name', 'in', part).execute())
  return rows.map(toDeployment)
}

export async function findOpenDeployments(
  db: Db,
  of: { model_id: ModelId; environment?: string; version_id?: VersionId },
): Promise<Deployment[]> {
  let query = deploymentRows(db).where('d.model_id', '=', of.model_id).where('d.ended_at', 'is', null)
  if (of.environment !== undefined) query = query.where('d.environment', '=', of.environment)
  if (of.version_id !== undefined) query = query.where('d.version_id', '=', of.version_id)
  return (await query.execute()).map(toDeployment)
}

export async function endDeployment(tx: Tx, id: DeploymentId, at: string): Promise<void> {
  await tx.updateTable('deployment').set({ ended_at: at }).where('id', '=', id).execute()
}

export async function insertDeployment(tx: Tx, row: DeploymentRow): Promise<void> {
  await tx.insertInto('deployment').values(row).execute()
}
