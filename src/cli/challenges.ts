import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import {
  type ChallengeOutcome,
  ChallengeResult,
  ChallengeSheet,
  type Materiality,
  SignedChallenge,
  VersionDifferences,
} from '../modules/challenges/schema.ts'
import { connectClient } from './client.ts'
import { differenceLines } from './differences.ts'
import { CliError, exitCodes } from './exit.ts'
import { print, printJson, styled, table, wrapped } from './output.ts'
import { signingKeys } from './trusted-keys.ts'

/** The version that an alias points to against a challenger. */
export function addChallenges(program: Command) {
  const challenge = program.command('challenge').description('a challenger against the version of an alias')
  challenge
    .command('show <model>')
    .description('what differs, what the comparison says, and what stands against promoting')
    .option('--alias <alias>', 'whose version is challenged', 'champion')
    .option('--challenger <version>', 'the challenger (default: the newest version)')
    .option('--environment <name>', 'whose requirements are compared (default: the strictest)')
    .option('--json', 'print JSON')
    .action(show)
  challenge
    .command('decide <model>')
    .description('decide, signed; to promote moves the alias through the gate; exits 3 when it may not')
    .option('--alias <alias>', 'whose version is challenged', 'champion')
    .option('--challenger <version>', 'the challenger (default: the newest version)')
    .option('--promote', 'the challenger takes the alias')
    .option('--keep', 'the champion stays')
    .option('--undecided', 'nobody can tell yet')
    .option('--material', 'what differs matters')
    .option('--minor', 'what differs does not matter')
    .requiredOption('--reason <text>', 'why, in at least ten characters')
    .option('--save <file>', 'write the signed decision to a file')
    .option('--json', 'print JSON')
    .action(decide)
  challenge
    .command('list <model>')
    .description('how comparisons ended, newest first')
    .option('--json', 'print JSON')
    .action(list)
  challenge
    .command('verify <file>')
    .description('verify a saved decision about a challenger without the server')
    .option('--key <file>', 'the server’s public key in PEM (default: the one that modelkeep login remembered)')
    .action(verify)
}

type Which = { alias: string; challenger?: string; json?: boolean }

const pathOf = (model: string) => `/models/${encodeURIComponent(model)}`

async function sheetOf(model: string, { alias, challenger }: Which) {
  const client = await connectClient()
  const query = new URLSearchParams({ alias, ...(challenger === undefined ? {} : { challenger }) })
  return { client, sheet: await client.get(`${pathOf(model)}/challenge?${query}`, ChallengeSheet) }
}

async function show(model: string, options: Which & { environment?: string }) {
  const { client, sheet } = await sheetOf(model, options)
  const query = new URLSearchParams({ a: String(sheet.champion), b: String(sheet.challenger) })
  if (options.environment !== undefined) query.set('environment', options.environment)
  const differences = await client.get(`${pathOf(model)}/differences?${query}`, VersionDifferences)
  if (options.json) return printJson({ ...sheet, differences })
  const { alias, champion, challenger, suggested, conflicts, guards } = sheet
  print(`${alias} of ${model} is version ${champion}; version ${challenger} challenges it.`)
  print(`The figures suggest: ${suggested.materiality}. ${suggested.why}`)
  for (const { environment, outcome, path, break_glass } of guards) {
    if (break_glass) print(`The gate of ${environment} lets it through only by break-glass ${break_glass}: ${path}.`)
    if (break_glass) continue
    print(
      outcome === 'denied'
        ? `The gate of ${environment} would deny it: ${path}.`
        : `The gate of ${environment} lets it through.`,
    )
  }
  for (const { message } of conflicts) print(`${styled('yellow', 'Not by you')}: ${wrapped(message, 2)}`)
  print()
  for (const line of differenceLines(differences)) print(line)
  print()
  print(`${client.url}${pathOf(model)}/compare?a=${champion}&b=${challenger}`)
}

type Said = Which & {
  promote?: boolean
  keep?: boolean
  undecided?: boolean
  material?: boolean
  minor?: boolean
  reason: string
  save?: string
}

async function decide(model: string, options: Said) {
  const outcome = oneOf<ChallengeOutcome>({
    promoted: options.promote,
    kept: options.keep,
    undecided: options.undecided,
  })
  if (!outcome) throw new CliError('say one of --promote, --keep and --undecided')
  const materiality = oneOf<Materiality>({ material: options.material, minor: options.minor })
  if (!materiality) throw new CliError('say one of --material and --minor')
  const { client, sheet } = await sheetOf(model, options)
  const { alias, champion, challenger, comparison } = sheet
  const input = { alias, champion, challenger, comparison, outcome, materiality, reason: options.reason }
  const result = await client.post(`${pathOf(model)}/challenges`, ChallengeResult, input)
  if (options.json) printJson(result)
  if (result.outcome !== 'recorded') process.exitCode = exitCodes.denied
  if (result.outcome === 'recorded' && options.save) {
    await writeFile(options.save, `${JSON.stringify(result.challenge, null, 2)}\n`)
  }
  if (!options.json) tell(result, model, client.url)
}

function tell(result: ChallengeResult, model: string, url: string) {
  switch (result.outcome) {
    case 'recorded': {
      const { id, alias, champion, challenger, outcome } = result.challenge.document
      const now = outcome === 'promoted' ? challenger.version : champion.version
      const word = outcome === 'promoted' ? 'now' : 'still'
      print(`${id}: ${outcome}. ${alias} of ${model} is version ${now} ${word}.`)
      print(`Digest ${result.challenge.digest}`)
      return
    }
    case 'blocked':
      print(`${styled(['red', 'bold'], 'Blocked')}: the gate of ${result.environment} denies it. ${result.path}.`)
      print(`Verdict ${result.verdict}, ${url}/gate/verdicts/${result.verdict}`)
      return
    case 'refused':
      for (const { message } of result.reasons) print(`${styled('red', 'Refused')}: ${wrapped(message, 2)}`)
  }
}

async function list(model: string, { json }: { json?: boolean }) {
  const schema = z.object({ challenges: z.array(SignedChallenge) })
  const { challenges } = await (await connectClient()).get(`${pathOf(model)}/challenges`, schema)
  if (json) return printJson(challenges)
  if (challenges.length === 0) return print('None.')
  const rows = challenges.map(({ document: each }) => [
    each.id,
    each.alias,
    String(each.champion.version),
    String(each.challenger.version),
    each.outcome,
    each.materiality,
    each.decided_at,
  ])
  print(table([['ID', 'ALIAS', 'CHAMPION', 'CHALLENGER', 'OUTCOME', 'CHANGE', 'WHEN'], ...rows]))
}

async function verify(file: string, { key }: { key?: string }) {
  const { verifyChallenge } = await import('../modules/challenges/verify.ts')
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
  const result = verifyChallenge(text, await signingKeys(key))
  if (result.outcome !== 'verified') throw new CliError(`${file} is not a valid decision: ${result.message}`)
  const { champion, challenger, outcome, model, alias, decided_at } = result.document
  const what =
    outcome === 'promoted'
      ? `version ${challenger.version} was promoted over version ${champion.version}`
      : outcome === 'kept'
        ? `version ${champion.version} was kept against version ${challenger.version}`
        : `nobody could decide between versions ${champion.version} and ${challenger.version}`
  print(`Valid: ${what}, as ${alias} of ${model.name}, on ${decided_at}.`)
}

/** The one that was said; undefined where it is none or several. */
function oneOf<Word extends string>(said: Record<Word, boolean | undefined>): Word | undefined {
  const words = (Object.keys(said) as Word[]).filter((word) => said[word])
  return words.length === 1 ? words[0] : undefined
}
