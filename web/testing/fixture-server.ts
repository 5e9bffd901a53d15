import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import * as admin from './fixtures/admin.ts'
import { held, people, session, val, workspaces } from './fixtures/base.ts'
import { challengeSheet, challenges, versionDifferences } from './fixtures/challenges.ts'
import * as duties from './fixtures/duties.ts'
import { evaluations, evidenceOf, protocol } from './fixtures/evaluation.ts'
import { compared, examined } from './fixtures/examined.ts'
import { callers, explainedOf } from './fixtures/explained.ts'
import { decision as explained, findings } from './fixtures/findings.ts'
import { report } from './fixtures/gate-report.ts'
import { decision, draft, policy, reviews, sheet, signedDecision, standingOf, verdicts } from './fixtures/governance.ts'
import { openapi } from './fixtures/openapi.ts'
import { findingSheetOf, findings as problems } from './fixtures/problems.ts'
import * as records from './fixtures/records.ts'
import {
  admissionRules,
  deployments,
  environments,
  inventory,
  models,
  summaries,
  versions,
} from './fixtures/registry.ts'
import * as requests from './fixtures/requests.ts'
import * as retention from './fixtures/retention.ts'
import { comments, notices } from './fixtures/said.ts'
import { separationReport } from './fixtures/separation.ts'
import * as signIn from './fixtures/sign-in.ts'
import { starter } from './fixtures/starter.ts'
import * as studio from './fixtures/studio.ts'
import { detailOf, systemsOf } from './fixtures/systems.ts'
import * as traces from './fixtures/traces.ts'
import { guess, preview } from './fixtures/upload.ts'
import { validation } from './fixtures/validation.ts'
import * as hooks from './fixtures/webhooks.ts'
import { calendar, work } from './fixtures/work.ts'

const built = fileURLToPath(new URL('../../dist/web', import.meta.url))
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** `text` is sent as it is; anything else as JSON. */
type Reply = { status?: number; body: unknown; text?: { type: string; value: string } }
export type Route = readonly [
  method: string,
  path: RegExp,
  reply: (parts: string[], query: URLSearchParams, body: string) => Reply,
]
const ok = (body: unknown): Reply => ({ body })
const problem = (status: number, title: string, detail = ''): Reply => ({
  status,
  body: { type: 'about:blank', title, status, detail, code: 'fixture' },
})
const which = (text: string | null | undefined): 1 | 2 => (text === '1' ? 1 : 2)
const refused = {
  outcome: 'refused',
  reasons: [
    { rule: 'not-developer', message: `${val.name} uploaded files of this version and may not decide about it.` },
  ],
}

const routes: readonly Route[] = [
  ['GET', /^\/session$/, () => ok(session)],
  ['GET', /^\/models\/[^/]+\/versions\/[^/]+\/validation$/, () => ok(validation)],
  ['POST', /^\/models\/[^/]+\/versions\/[^/]+\/validation\/tests$/, () => ok(validation.tests[2])],
  ['GET', /^\/policies\/starters$/, () => ok({ starters: [starter] })],
  ['GET', /^\/imports\/mlflow$/, () => ok({ import: null, hosts: [] })],
  ['GET', /^\/work$/, () => ok(work)],
  ['GET', /^\/work\/calendar$/, () => ok(calendar)],
  ['GET', /^\/retention\/rules$/, () => ok({ rules: retention.rules })],
  ['POST', /^\/retention\/preview$/, () => ok(retention.preview)],
  ['GET', /^\/purges$/, () => ok({ purges: retention.purges.map(({ kept: _, ...purge }) => purge) })],
  ['GET', /^\/purges\/([^/]+)$/, ([id]) => found(retention.purges.find((each) => each.id === id))],
  ['GET', /^\/holds$/, () => ok({ holds: retention.holds })],
  ['GET', /^\/deleted$/, () => ok(retention.deleted)],
  ['GET', /^\/storage$/, () => ok(retention.storage)],
  ['GET', /^\/storage\/collections$/, () => ok({ collections: retention.collections })],
  [
    'GET',
    /^\/server$/,
    () =>
      ok({
        name: 'modelkeep',
        version: '0.1.0',
        workspace: 'main',
        public_url: 'http://localhost:5000',
        open: false,
        engine: 'sqlite',
      }),
  ],
  [
    'GET',
    /^\/keys$/,
    () => ok({ keys: [{ id: 'ed25519:6f1e9b2c', use: 'signing', public_key_pem: '-----BEGIN PUBLIC KEY-----' }] }),
  ],
  ['GET', /^\/workspaces$/, () => ok({ workspaces })],
  [
    'GET',
    /^\/workspaces\/([^/]+)\/content$/,
    ([name]) => ok(name === 'main' ? { ...held, models: 14, versions: 61, runs: 1208, traces: 5400 } : held),
  ],
  ['GET', /^\/sign-in$/, () => ok(signIn.doors)],
  ['GET', /^\/account$/, () => ok(signIn.account)],
  ['GET', /^\/decisions\/separation$/, () => ok(separationReport)],
  ['GET', /^\/account\/keys$/, () => ok({ keys: signIn.keys })],
  ['GET', /^\/account\/sessions$/, () => ok({ sessions: signIn.sessions })],
  ['GET', /^\/second-factor-rule$/, () => ok({ everyone: false, roles: ['administrator'] })],
  ['GET', /^\/people$/, () => ok({ people })],
  ['GET', /^\/people\/[^/]+\/identities$/, () => ok({ identities: [] })],
  ['GET', /^\/roles$/, () => ok({ roles: admin.roles })],
  ['POST', /^\/connections\/dry-runs$/, () => ok(admin.dryRun)],
  ['GET', /^\/connections$/, () => ok(admin.connections)],
  ['GET', /^\/access\/explain$/, (_, query) => ok(admin.explanation(query))],
  ['GET', /^\/duties$/, (_, query) => ok(duties.matrixOf(query))],
  ['GET', /^\/systems$/, (_, query) => ok({ systems: systemsOf(query.get('model')) })],
  ['GET', /^\/systems\/([^/]+)$/, ([name = '']) => found(detailOf(name))],
  ['GET', /^\/duties\/load$/, () => ok({ load: duties.load })],
  ['GET', /^\/duties\/alarms$/, () => ok({ alarms: duties.alarms })],
  ['POST', /^\/duties\/handover$/, () => ok(duties.handover)],
  ['GET', /^\/assignments$/, (_, query) => ok({ assignments: duties.assignmentsOf(query.get('person')) })],
  ['POST', /^\/assignments\/([^/]+)\/answer$/, () => ok(duties.assignmentsOf('me')[0])],
  ['GET', /^\/auditor\/room$/, () => ok(duties.room)],
  ['GET', /^\/auditor\/sample$/, () => ok(duties.sample)],
  ['GET', /^\/auditor\/requests$/, (_, query) => ok({ requests: requests.listed(query.get('state')) })],
  ['GET', /^\/auditor\/requests\/([^/]+)$/, ([id = '']) => ok(requests.sheetOf(id))],
  ['POST', /^\/auditor\/requests$/, () => ok(requests.requests[0])],
  ['POST', /^\/auditor\/requests\/([^/]+)\/[a-z]+$/, ([id = '']) => ok(requests.sheetOf(id))],
  ['PUT', /^\/auditor\/requests\/([^/]+)\/assignee$/, ([id = '']) => ok(requests.sheetOf(id))],
  ['GET', /^\/auditor\/events$/, () => ok(records.events)],
  ['GET', /^\/seats$/, () => ok({ seats: duties.seats })],
  ['GET', /^\/seats\/([^/]+)\/reads$/, () => ok({ reads: duties.reads })],
  ['GET', /^\/tokens$/, () => ok({ tokens: records.tokens })],
  ['POST', /^\/tokens$/, () => ok({ token: records.tokens[0], secret: 'mk_0123456789abcdefghjkmnpqrstvwxyz' })],
  ['GET', /^\/models$/, (_, query) => ok(query.get('kind') === 'prompt' ? { rows: [], total: 0 } : filtered(query))],
  ['GET', /^\/models\/([^/]+)$/, ([name]) => found(models.find((each) => each.name === name))],
  ['GET', /^\/models\/([^/]+)\/protocol$/, () => ok(protocol)],
  ['GET', /^\/models\/([^/]+)\/compare$/, () => ok(compared)],
  ['GET', /^\/models\/([^/]+)\/challenge$/, () => ok(challengeSheet)],
  ['GET', /^\/models\/([^/]+)\/differences$/, () => ok(versionDifferences)],
  ['GET', /^\/models\/([^/]+)\/challenges$/, () => ok({ challenges })],
  ['GET', /^\/break-glass$/, () => ok({ break_glass: [] })],
  ['GET', /^\/break-glass\/rules$/, () => ok({ rules: [{ environment: 'prod', longest_hours: 4 }] })],
  ['GET', /^\/models\/([^/]+)\/versions$/, ([name]) => ok({ versions: name === 'wage-screening' ? summaries : [] })],
  ['GET', /^\/models\/wage-screening\/versions\/([^/]+)$/, ([v]) => found(versions[which(v) - 1])],
  [
    'GET',
    /^\/models\/wage-screening\/versions\/([^/]+)\/explanation$/,
    ([v], query) => ok(explainedOf(which(v), query)),
  ],
  ['GET', /^\/models\/wage-screening\/gate\/callers$/, () => ok({ callers })],
  [
    'GET',
    /^\/models\/wage-screening\/versions\/([^/]+)\/standing$/,
    ([v], query) => ok(standingOf(which(v), query.get('environment') ?? 'prod')),
  ],
  ['GET', /^\/environments$/, () => ok({ environments })],
  ['GET', /^\/admission\/rules$/, () => ok({ rules: admissionRules })],
  ['GET', /^\/deployments$/, () => ok({ deployments })],
  ['GET', /^\/datasets$/, () => ok({ datasets: records.datasets })],
  ['GET', /^\/datasets\/versions\/([^/]+)$/, () => ok({ ...records.datasets[0], used_by: [] })],
  ['GET', /^\/datasets\/versions\/([^/]+)\/preview$/, () => ok(preview)],
  ['GET', /^\/models\/([^/]+)\/protocol\/guess$/, () => ok(guess)],
  ['GET', /^\/evaluations\/([^/]+)$/, ([evaluation]) => found(evaluations.find((each) => each.id === evaluation))],
  ['POST', /^\/models\/([^/]+)\/versions\/([^/]+)\/explain$/, () => ok(explained)],
  [
    'GET',
    /^\/evidence$/,
    (_, query) =>
      ok({
        evidence: [...evidenceOf[which(query.get('version'))], ...(which(query.get('version')) === 2 ? findings : [])],
      }),
  ],
  [
    'GET',
    /^\/evidence\/([^/]+)$/,
    ([id]) =>
      found(
        [...evidenceOf[1], ...evidenceOf[2], ...findings, ...examined.several, ...examined.number].find(
          (each) => each.id === id,
        ),
      ),
  ],
  [
    'POST',
    /^\/evidence\/([^/]+)\/reproduce$/,
    ([id]) => ok({ outcome: 'identical', evidence: id, digest: evidenceOf[2][0].digest }),
  ],
  ['GET', /^\/evaluations$/, (_, query) => ok({ evaluations: query.get('version') === '2' ? evaluations : [] })],
  [
    'GET',
    /^\/gate\/verdicts$/,
    (_, query) =>
      ok({
        verdicts: verdicts.filter((each) => !query.get('version') || String(each.version) === query.get('version')),
      }),
  ],
  ['GET', /^\/gate\/verdicts\/([^/]+)$/, ([id]) => found(verdicts.find((each) => each.id === id))],
  ['GET', /^\/gate\/report$/, () => ok(report)],
  ['POST', /^\/gate\/checks$/, () => ok(verdicts[0])],
  [
    'GET',
    /^\/reviews$/,
    (_, query) =>
      ok({
        reviews: reviews.filter(
          (each) =>
            (query.get('state') === 'all' || each.state === 'open') &&
            (!query.get('version') || String(each.version) === query.get('version')),
        ),
      }),
  ],
  ['GET', /^\/reviews\/([^/]+)$/, ([id]) => ok(sheet(id === reviews[0]?.id ? 1 : 2))],
  ['POST', /^\/reviews\/([^/]+)\/decisions$/, () => ({ status: 409, body: refused })],
  [
    'GET',
    /^\/findings$/,
    (_, query) =>
      ok({
        findings: problems.filter(
          ({ state }) => query.get('state') === 'all' || (state === 'closed') === (query.get('state') === 'closed'),
        ),
      }),
  ],
  ['GET', /^\/findings\/([^/]+)$/, ([which]) => found(findingSheetOf(which))],
  ['GET', /^\/models\/([^/]+)\/versions\/([^/]+)\/comments$/, ([, v]) => ok({ comments: v === '1' ? comments : [] })],
  ['GET', /^\/conditions$/, (_, query) => ok({ conditions: query.get('version') === '1' ? [] : decision.conditions })],
  ['PUT', /^\/reviews\/([^/]+)\/note$/, () => ok({ notes: [] })],
  ['GET', /^\/notices$/, () => ok(notices)],
  ['POST', /^\/notices\/read$/, () => ok({ notices: [], unread: 0 })],
  ['POST', /^\/models\/([^/]+)\/versions\/([^/]+)\/waivers$/, () => ({ status: 409, body: refused })],
  ['GET', /^\/models\/([^/]+)\/versions\/([^/]+)\/waivers$/, () => ok({ waivers: [] })],
  ['GET', /^\/decisions$/, (_, query) => ok({ decisions: query.get('version') === '1' ? [] : [decision] })],
  ['GET', /^\/decisions\/([^/]+)$/, () => ok(signedDecision)],
  ['GET', /^\/policies$/, () => ok({ policies: [draft, policy] })],
  ['POST', /^\/policies$/, () => ok(draft)],
  ['POST', /^\/policies\/plan$/, () => ok(studio.plan)],
  ['GET', /^\/policies\/([^/]+)\/versions\/([^/]+)\/publication$/, () => ok(studio.publication)],
  ['GET', /^\/policies\/([^/]+)\/versions\/([^/]+)$/, ([, v]) => ok(v === '5' ? draft : policy)],
  ['GET', /^\/experiments$/, (_, query) => ok({ experiments: query.get('view') ? [] : [records.experiment] })],
  ['GET', /^\/experiments\/([^/]+)$/, () => ok(records.experiment)],
  [
    'GET',
    /^\/experiments\/([^/]+)\/runs$/,
    (_, query) => refusedFilter(query) ?? ok({ runs: runsFor(query.get('filter') ?? ''), next_page_token: null }),
  ],
  [
    'GET',
    /^\/experiments\/([^/]+)\/logged-models$/,
    () => ok({ models: [records.loggedModel], next_page_token: null }),
  ],
  [
    'GET',
    /^\/experiments\/([^/]+)\/traces$/,
    (_, query) => refusedFilter(query) ?? ok({ traces: traces.rows, next_page_token: null }),
  ],
  ['GET', /^\/traces\/([^/]+)\/outline$/, ([trace]) => found(traces.outlines[trace ?? ''])],
  ['GET', /^\/traces\/([^/]+)\/spans\/([^/]+)$/, ([trace, span]) => found(traces.spanIn(trace ?? '', span ?? ''))],
  ['GET', /^\/runs\/([^/]+)\/files$/, (_, query) => file(query.get('path') ?? '')],
  ['GET', /^\/webhooks$/, () => ok({ webhooks: hooks.webhooks })],
  ['GET', /^\/webhooks\/([^/]+)$/, ([hook]) => found(hooks.webhooks.find((each) => each.id === hook))],
  ['GET', /^\/webhooks\/([^/]+)\/deliveries$/, () => ok({ deliveries: hooks.deliveries })],
  ['POST', /^\/webhooks\/([^/]+)\/test$/, () => ok(hooks.deliveries[2])],
  ['GET', /^\/runs\/([^/]+)$/, ([id]) => found(records.runs.find((each) => each.id === id))],
  [
    'GET',
    /^\/runs\/([^/]+)\/metrics$/,
    (_, query) => ok({ series: query.getAll('key').map((key) => ({ key, points: records.series[key] ?? [] })) }),
  ],
  ['GET', /^\/runs\/([^/]+)\/artifacts$/, (_, query) => ok({ files: query.get('path') ? [] : records.artifacts })],
  ['GET', /^\/runs\/([^/]+)\/versions$/, ([id]) => ok({ versions: summaries.filter((each) => each.run_id === id) })],
  ['GET', /^\/audit\/events$/, () => ok(records.events)],
  ['GET', /^\/audit\/check$/, () => ok(records.trailCheck)],
  [
    'GET',
    /^\/audit\/proofs\/inclusion$/,
    () => ok({ size: 42, root: 'ab'.repeat(32), hashes: ['cd'.repeat(32)], checkpoint: 'modelkeep/main\n42\n' }),
  ],
]

/** As the server answers a filter that it cannot read. */
function refusedFilter(query: URLSearchParams): Reply | undefined {
  const strange = /\bzz\S*/.exec(query.get('filter') ?? '')?.[0]
  return strange ? problem(400, 'Bad request', `Invalid clause(s) in filter string: '${strange}'`) : undefined
}

function runsFor(filter: string) {
  if (!filter.includes('mlflow.parentRunId')) return records.runs
  return filter.includes(records.runs[0]?.id ?? '') ? records.runs.slice(2) : []
}

function file(path: string): Reply {
  const content = records.files[path]
  return content ? { body: null, text: content } : problem(404, 'Not found', `There is no file ${path}.`)
}

function found(body: unknown): Reply {
  return body === undefined ? problem(404, 'Not found', 'There is no such thing.') : ok(body)
}

function filtered(query: URLSearchParams) {
  const [search, tier] = [query.get('search'), query.get('tier')]
  const rows = inventory.rows.filter(
    ({ model }) => (!search || model.name.includes(search)) && (!tier || (model.tier ?? 'none') === tier),
  )
  return { rows, total: rows.length }
}

function answer(
  req: IncomingMessage,
  url: URL,
  signedIn: boolean,
  body: string,
  further: readonly Route[],
): Reply | undefined {
  if (url.pathname === '/openapi.json') return ok(openapi)
  if (!url.pathname.startsWith('/api/v1/')) return undefined
  const path = url.pathname.slice('/api/v1'.length)
  if (path === '/session' && req.method === 'GET' && !signedIn) return problem(401, 'Nobody is signed in')
  for (const [method, pattern, reply] of [...further, ...routes]) {
    const match = method === req.method ? pattern.exec(path) : null
    if (match) return reply(match.slice(1).map(decodeURIComponent), url.searchParams, body)
  }
  return problem(404, 'Not found', `${req.method} ${path}`)
}

function sendFile(res: ServerResponse, path: string): void {
  const wanted = join(built, normalize(path))
  const file =
    wanted.startsWith(built) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(built, 'index.html')
  res.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': policyHeader,
    // As the product serves them, whose names change with their content.
    ...(path.startsWith('/assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
  })
  createReadStream(file).pipe(res)
}

/** As strict as the product's server may be: no inline scripts, nothing from elsewhere. */
const policyHeader =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

export type FixtureServer = { url: string; close: () => Promise<void> }

/** Serves the built pages with canned answers that satisfy the schemas; signed out when the path asks for the sign-in page. */
export async function startFixtureServer(port = 0, further: readonly Route[] = []): Promise<FixtureServer> {
  const server: Server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://fixture')
    const signedIn = !req.headers.referer?.includes('/sign-in')
    const reply = answer(req, url, signedIn, await text(req), further)
    if (!reply) return sendFile(res, url.pathname)
    res.writeHead(reply.status ?? 200, { 'content-type': reply.text?.type ?? 'application/json' })
    res.end(reply.text?.value ?? JSON.stringify(reply.body))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
