import type { Db } from '../../db/database.ts'

/** How many of the newest pieces of evidence from endpoints are looked through. */
const most = 500

/** When an evaluation last brought evidence by asking a host. */
export async function lastScoring(db: Db, host: string): Promise<string | undefined> {
  const rows = await db
    .selectFrom('evidence')
    .select(['parameters', 'collected_at'])
    .where('parameters', 'like', '%"endpoint":{%')
    .orderBy('collected_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
  return rows.find(({ parameters }) => hostIn(parameters) === host)?.collected_at
}

function hostIn(parameters: string): string | undefined {
  const { endpoint } = JSON.parse(parameters) as { endpoint?: { url?: unknown } }
  return typeof endpoint?.url === 'string' ? URL.parse(endpoint.url)?.hostname : undefined
}
