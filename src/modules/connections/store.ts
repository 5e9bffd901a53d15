import type { Db, Tx } from '../../db/database.ts'
import { plainAddress } from '../evaluation/index.ts'
import { DryRun, type DryRunInput } from './schema.ts'

/** How many of the newest pieces of evidence from endpoints are looked through. */
const most = 500

/** When evaluations last brought evidence by asking endpoints, by address. */
export async function lastScorings(db: Db): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('evidence')
    .select(['parameters', 'collected_at'])
    .where('parameters', 'like', '%"endpoint":{%')
    .orderBy('collected_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
  const found = new Map<string, string>()
  for (const { parameters, collected_at } of rows) {
    const address = addressIn(parameters)
    if (address !== undefined && !found.has(address)) found.set(address, collected_at)
  }
  return found
}

function addressIn(parameters: string): string | undefined {
  const { endpoint } = JSON.parse(parameters) as { endpoint?: { url?: unknown } }
  return typeof endpoint?.url === 'string' && URL.canParse(endpoint.url) ? plainAddress(endpoint.url) : undefined
}

export type StoredDryRun = Omit<DryRun, 'by'> & {
  readonly id: string
  readonly kind: DryRunInput['kind']
  readonly target: string
  readonly by: string
}

export async function insertDryRun(tx: Tx, { checks, ...run }: StoredDryRun): Promise<void> {
  await tx
    .insertInto('connection_dry_run')
    .values({ ...run, checks: JSON.stringify(checks) })
    .execute()
}

/** Of each connection the last dry run, and the last that passed. Ids sort by time. */
export async function lastDryRuns(db: Db): Promise<StoredDryRun[]> {
  const rows = await db
    .selectFrom('connection_dry_run')
    .selectAll()
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('connection_dry_run as each')
        .select(({ fn }) => fn.max('each.id').as('id'))
        .groupBy(['each.kind', 'each.target', 'each.outcome']),
    )
    .orderBy('id', 'desc')
    .execute()
  return rows.map(({ checks, ...row }) => ({ ...row, checks: DryRun.shape.checks.parse(JSON.parse(checks)) }))
}
