import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { AliasMove, GateReport, Standing, Verdict } from '../modules/gate/schema.ts'
import type { Who } from '../modules/policy/schema.ts'
import { Deployment } from '../modules/registry/schema.ts'
import { type Client, connectClient, parseModelVersion, Unreachable, versionPath } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { lastKnownGood, type OfflineVerdict } from './gate-offline.ts'
import { keep, readKept } from './last-verdict.ts'
import { print, printJson, styled, table, tone, warn, wrapped } from './output.ts'
import { brokenText, outcomeWords, statusOf } from './verdicts.ts'

export function addGate(program: Command) {
  const gate = program.command('gate').description('ask whether a version may run in an environment')
  gate
    .command('check <model@version>')
    .description('exit 0 allowed, 3 denied, 4 allowed under a waiver, 2 error')
    .requiredOption('--env <environment>', 'where it is to run')
    .option('--json', 'print the whole verdict as JSON')
    .option('--save <file>', 'write the signed verdict (a DSSE envelope) to a file')
    .option('--digest <sha256>', 'refuse an answer about other content than this')
    .option(
      '--key <file>',
      'while the server is away: its public key in PEM (default: the one that modelkeep login remembered)',
    )
    .option('--timeout <seconds>', 'how long to wait before the server counts as away', '30')
    .action(check)

  gate
    .command('report')
    .description('what environments that observe or warn would have stopped, had they enforced')
    .option('--days <days>', 'how far back', '30')
    .option('--env <environment>', 'only in this environment')
    .option('--json', 'print JSON')
    .action(reportDenials)

  program
    .command('alias <model> <alias> <version>')
    .description('move an alias to a version; a protected alias asks the gate')
    .action(moveAlias)

  program
    .command('deployed <model@version>')
    .description('report that a version now runs in an environment')
    .requiredOption('--env <environment>', 'where it runs')
    .option('--endpoint <url>', 'where it answers')
    .option('--verdict <id>', 'the verdict that allowed it')
    .action(report)
}

type CheckOptions = { env: string; json?: boolean; save?: string; digest?: string; key?: string; timeout: string }

async function check(text: string, options: CheckOptions) {
  const timeoutMs = Number(options.timeout) * 1000
  if (!(timeoutMs > 0 && timeoutMs <= 3_600_000)) throw new CliError('--timeout is a number of seconds')
  const client = await connectClient({ timeoutMs })
  const question = { ...parseModelVersion(text), environment: options.env }
  const kept = await readKept(question)
  const offline = kept && kept.offline.length > 0 ? { offline: kept.offline } : {}
  const asked = client.post('/gate/checks', Verdict, { ...question, ...offline })
  const answer = await asked.catch((error: unknown) => {
    if (error instanceof Unreachable) return lastKnownGood(question, options, error)
    throw error
  })
  if (options.save) await writeFile(options.save, `${JSON.stringify(answer.envelope, null, 2)}\n`)
  if ('signed' in answer) return tellOffline(answer, options.json)
  const { envelope, digest } = answer
  if (!(await keep(question, { envelope, offline: [] })))
    warn('The verdict could not be kept for the time that the server is away.')
  if (options.digest !== undefined && options.digest !== digest) {
    throw new CliError(`the verdict is about ${digest}, not ${options.digest}`)
  }
  if (options.json) printJson({ ...answer, offline: false })
  else explain(answer, client, answer.outcome === 'denied' ? await standingOf(client, answer) : undefined)
  process.exitCode = statusOf(answer)
}

function tellOffline({ signed, envelope, until }: OfflineVerdict, json: boolean | undefined) {
  const { verdict: id, offline: _, ...rest } = signed
  process.exitCode = statusOf(signed)
  if (json) return printJson({ id, ...rest, offline: true, offline_until: until, envelope })
  print(`${styled(['yellow', 'bold'], 'The server is away.')} This is its last verdict, of ${signed.issued_at}.`)
  const name = `${signed.model} version ${signed.version}`
  const may = signed.outcome === 'denied' ? 'may not run' : 'may run'
  print(`${outcomeWords[signed.outcome]()}: ${name} ${may} in ${signed.environment}.`)
  if (signed.break_glass) print(brokenText(signed.break_glass))
  print(`It stands in for the server until ${until}. Content ${signed.digest}`)
  if (signed.outcome === 'denied' && signed.proceed) {
    print(`${signed.environment} is in mode ${signed.mode}: this does not stop the pipeline.`)
  }
  print(`Verdict ${id}`)
}

/** What is left to do for whoever asks; a token that only asks the gate is told what everybody is told. */
async function standingOf(client: Client, { model, version, environment }: Verdict): Promise<Standing | undefined> {
  const query = new URLSearchParams({ environment })
  try {
    return await client.get(`${versionPath({ model, version })}/standing?${query}`, Standing)
  } catch (error) {
    if (error instanceof CliError) return undefined
    throw error
  }
}

const whoCan: Record<Who, string> = {
  developer: 'The developer',
  validator: 'A validator',
  approver: 'An approver',
  administrator: 'An administrator',
}

type Personal = Pick<Standing, 'path' | 'yours'>

/** One screen: the answer, what is not met, who can meet it and where. */
export function explain(verdict: Verdict, client: Pick<Client, 'url'>, personal?: Personal) {
  const name = `${verdict.model} version ${verdict.version}`
  const unmet = verdict.requirements.filter((requirement) => requirement.state !== 'met')
  const met = verdict.requirements.filter(({ state }) => state === 'met' || state === 'attention').length
  const waived = verdict.requirements.filter(({ waiver }) => waiver !== undefined).length
  if (verdict.outcome !== 'denied') {
    const word =
      verdict.outcome === 'waived'
        ? styled(['yellow', 'bold'], 'Allowed under a waiver')
        : styled(['green', 'bold'], 'Allowed')
    print(`${word}: ${name} may run in ${verdict.environment} until ${verdict.expires_at}.`)
    if (verdict.break_glass) print(brokenText(verdict.break_glass, verdict.path))
  } else {
    print(
      `${styled(['red', 'bold'], 'Denied')}: ${name} may not run in ${verdict.environment}. ${personal?.path ?? verdict.path}`,
    )
    if (verdict.proceed) print(`${verdict.environment} is in mode ${verdict.mode}: this does not stop the pipeline.`)
  }
  const rules = verdict.policies.map((policy) => `${policy.name} ${policy.version}`).join(', ')
  print(
    `Policy ${rules || 'none'}: ${met} of ${verdict.requirements.length} requirements met${waived > 0 ? `, ${waived} waived` : ''}.`,
  )
  for (const requirement of unmet) {
    print()
    print(`  ${tone(requirement.state)}  ${wrapped(requirement.title, 15)}`)
    print(`  ${' '.repeat(13)}${wrapped(requirement.explanation, 15)}`)
    const { waiver } = requirement
    if (waiver) {
      print(`  ${' '.repeat(13)}${wrapped(`Waived until ${waiver.until} with this control: ${waiver.control}`, 15)}`)
    }
    const isYours = personal?.yours.includes(`${requirement.policy.name}/${requirement.id}`)
    const who = isYours ? 'You' : whoCan[requirement.who]
    print(`  ${' '.repeat(13)}${who} can meet this: ${client.url}${requirement.link}`)
  }
  print()
  print(`Verdict ${verdict.id}, ${client.url}/gate/verdicts/${verdict.id}`)
}

async function reportDenials({ days, env, json }: { days: string; env?: string; json?: boolean }) {
  const query = new URLSearchParams({ days, ...(env === undefined ? {} : { environment: env }) })
  const report = await (await connectClient()).get(`/gate/report?${query}`, GateReport)
  if (json) return printJson(report)
  const { asked, would_block, blocked, complete, rows } = report
  const least = complete ? '' : 'at least '
  print(`Asked ${asked} times in ${days} days: ${least}${would_block} denials stopped nothing, ${blocked} stopped.`)
  if (rows.length === 0) return
  const lines = rows.map((row) => [`${row.model}@${row.version}`, row.environment, String(row.times), row.path])
  print(`\n${table([['VERSION', 'ENVIRONMENT', 'TIMES', 'WHAT WAS LEFT'], ...lines])}`)
}

async function moveAlias(model: string, alias: string, version: string) {
  const client = await connectClient()
  const move = await client.put(
    `/models/${encodeURIComponent(model)}/aliases/${encodeURIComponent(alias)}`,
    AliasMove,
    {
      version: Number(version),
    },
  )
  switch (move.outcome) {
    case 'moved':
      print(
        `${alias} of ${model} is now version ${move.version}${move.verdict ? `; the gate allowed it (${move.verdict.id})` : ''}.`,
      )
      return
    case 'blocked':
      explain(move.verdict, client)
      process.exitCode = exitCodes.denied
  }
}

async function report(text: string, options: { env: string; endpoint?: string; verdict?: string }) {
  const client = await connectClient()
  const { model, version } = parseModelVersion(text)
  if (typeof version === 'string') throw new CliError('report the version’s number: an alias may move')
  const deployment = await client.post('/deployments', Deployment, {
    model,
    version,
    environment: options.env,
    endpoint: options.endpoint ?? null,
    verdict_id: options.verdict ?? null,
  })
  print(`${model} version ${version} runs in ${deployment.environment} since ${deployment.reported_at}.`)
}
