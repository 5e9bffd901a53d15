import { sql } from 'kysely'
import { badRequest } from '../../lib/errors.ts'
import type { Actor } from '../access/schema.ts'
import { filterSql, readName, readPageToken, textValue, writePageToken } from '../tracking/index.ts'
import type { GenaiParts } from './parts.ts'
import { checkName, limits, missing, newHexId } from './rules.ts'
import { type Issue, IssueContent } from './schema.ts'
import type { IssueRow } from './tables.ts'

export type NewIssue = {
  experiment_id: string
  run_id: string | null
  name: string
  status: string
  content: IssueContent
}
export type IssueChange = { name?: string | undefined; status?: string | undefined; description?: string | undefined }
export type IssueQuery = {
  experiment_id?: string | undefined
  run_id?: string | undefined
  status?: string | undefined
  filter: string
  limit: number
  page_token?: string | undefined
}

const filtered = new Set(['status', 'name', 'run_id', 'experiment_id'])

/** Problems that somebody, or a program, saw in the traces of an experiment. */
export function createIssues({ db, write, clock, tracking }: GenaiParts) {
  async function create(actor: Actor, input: NewIssue): Promise<Issue> {
    checkName(input.name, 'Issue')
    for (const text of Object.values(input.content)) checkText(text)
    await tracking.experiments.get(input.experiment_id)
    if (input.run_id !== null) await tracking.runs.get(input.run_id)
    const now = clock.now().getTime()
    const row: IssueRow = {
      ...input,
      id: newHexId('iss-'),
      content: JSON.stringify(input.content),
      created_time: now,
      last_update_time: now,
      created_by: actor.id,
    }
    return write(actor, async (tx, record) => {
      await tx.insertInto('trace_issue').values(row).execute()
      const { name, status } = row
      record('issue.created', `issue:${row.id}`, { name, status }, [`experiment:${row.experiment_id}`])
      return toIssue(row)
    })
  }

  async function get(actor: Actor, id: string): Promise<Issue> {
    const row = await db.selectFrom('trace_issue').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw noIssue(id)
    await tracking.permissions.demand(actor, 'READ', { experiments: [row.experiment_id] })
    return toIssue(row)
  }

  async function update(actor: Actor, id: string, change: IssueChange): Promise<Issue> {
    if (change.name !== undefined) checkName(change.name, 'Issue')
    checkText(change.description)
    const before = await get(actor, id)
    await tracking.permissions.demand(actor, 'EDIT', { experiments: [before.experiment_id] })
    return write(actor, async (tx, record) => {
      const row = await tx.selectFrom('trace_issue').selectAll().where('id', '=', id).executeTakeFirst()
      if (!row) throw noIssue(id)
      const issue = toIssue(row)
      const set = {
        name: change.name ?? row.name,
        status: change.status ?? row.status,
        content: JSON.stringify({ ...issue.content, description: change.description ?? issue.content.description }),
        last_update_time: clock.now().getTime(),
      }
      await tx.updateTable('trace_issue').set(set).where('id', '=', id).execute()
      const detail = {
        before: { name: row.name, status: row.status },
        after: { name: set.name, status: set.status },
        fields: Object.entries(change).flatMap(([key, value]) => (value === undefined ? [] : [key])),
      }
      record('issue.updated', `issue:${id}`, detail, [`experiment:${row.experiment_id}`])
      return toIssue({ ...row, ...set })
    })
  }

  /** Newest first. */
  async function search(actor: Actor, query: IssueQuery) {
    const place = readPageToken(query.page_token, () => 2)
    const hidden = await tracking.permissions.hiddenFrom(actor)
    const condition = filterSql(query.filter, ({ left, comparator, value }) => {
      const { key } = readName(left)
      if (!filtered.has(key)) throw badRequest(`Invalid attribute key '${key}' specified.`)
      if (comparator !== '=' && comparator !== '!=') throw badRequest(`Invalid comparator '${comparator}'`)
      const wanted = textValue(value, 'attribute')
      return comparator === '=' ? sql`${sql.ref(key)} = ${wanted}` : sql`${sql.ref(key)} <> ${wanted}`
    })
    let rows = db.selectFrom('trace_issue').selectAll().where(sql<boolean>`${condition}`)
    for (const key of ['experiment_id', 'run_id', 'status'] as const) {
      const wanted = query[key]
      if (wanted !== undefined) rows = rows.where(key, '=', wanted)
    }
    if (hidden.length > 0) rows = rows.where('experiment_id', 'not in', hidden)
    if (place) {
      const [time, id] = [Number(place.v[0]), String(place.v[1])]
      rows = rows
        .where('created_time', '<=', time)
        .where(({ eb, or }) => or([eb('created_time', '<', time), eb('id', '>', id)]))
    }
    const found = await rows
      .orderBy('created_time', 'desc')
      .orderBy('id')
      .limit(query.limit + 1)
      .execute()
    const page = found.slice(0, query.limit)
    const last = page.at(-1)
    return {
      issues: page.map(toIssue),
      next_page_token:
        found.length > page.length && last ? writePageToken({ s: 0, v: [last.created_time, last.id] }) : undefined,
    }
  }

  return { create, get, update, search }
}

function toIssue({ content, created_by: _, ...row }: IssueRow): Issue {
  return { ...row, content: IssueContent.parse(JSON.parse(content)) }
}

function checkText(text: unknown): void {
  if (typeof text !== 'string' || text.length <= limits.issueText) return
  throw badRequest(`A text may have at most ${limits.issueText} characters.`)
}

const noIssue = (id: string) => missing(`Issue with ID '${id}' not found.`)
