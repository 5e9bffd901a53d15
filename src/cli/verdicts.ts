import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import type { NamedBreakGlass } from '../modules/break-glass/schema.ts'
import { DsseEnvelope, Revocation, type RevocationInput, type Verdict, VerdictId } from '../modules/gate/schema.ts'
import { DecisionId } from '../modules/reviews/schema.ts'
import { connectClient, parseModelVersion } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { print, printJson, styled, wrapped } from './output.ts'
import { signingKeys } from './trusted-keys.ts'

export function addVerdicts(program: Command) {
  const verdict = program.command('verdict').description('signed verdicts, and those that are revoked')
  verdict
    .command('verify <file>')
    .description(
      'verify a saved verdict without the server; exit 0 allowed, 4 under a waiver, 3 denied or revoked, 2 error',
    )
    .option('--key <file>', 'the server’s public key in PEM (default: the one that modelkeep login remembered)')
    .option('--digest <sha256>', 'refuse a verdict about other content than this')
    .option('--revocations <file>', 'refuse a verdict that this saved list says is revoked')
    .option('--online', 'ask the server for the list of revoked verdicts')
    .action(verify)
  verdict
    .command('revoke <what>')
    .description('take back a verdict, all that rest on a decision, or all that let a model@version run')
    .requiredOption('--reason <text>', 'why, in at least ten characters')
    .option('--env <environment>', 'with a model@version: only in this environment')
    .option('--json', 'print JSON')
    .action(revoke)
  verdict
    .command('revocations')
    .description('the signed list of revoked verdicts')
    .option('--save <file>', 'write the list to a file')
    .action(async ({ save }: { save?: string }) => {
      const envelope = await (await connectClient()).get('/gate/revocations', DsseEnvelope)
      if (save === undefined) return printJson(envelope)
      await writeFile(save, `${JSON.stringify(envelope, null, 2)}\n`)
      print(`${save} holds the list of revoked verdicts.`)
    })
}

/** 4 says that something is not met and a waiver stands in for it. */
export function statusOf({ outcome, proceed }: Pick<Verdict, 'outcome' | 'proceed'>): number {
  if (outcome === 'waived') return exitCodes.waived
  return outcome === 'allowed' || proceed ? exitCodes.allowed : exitCodes.denied
}

export const outcomeWords: Record<Verdict['outcome'], () => string> = {
  allowed: () => styled('green', 'allowed'),
  waived: () => styled('yellow', 'allowed under a waiver'),
  denied: () => styled('red', 'denied'),
}

/** A verdict that two people forced says so wherever it is shown. */
export function brokenText({ id, until }: NamedBreakGlass, path?: string): string {
  const left = path === undefined ? '' : ` ${path}.`
  return `${styled(['red', 'bold'], 'By break-glass')} ${id}, until ${until}: the policy is not met.${left}`
}

type VerifyOptions = { key?: string; digest?: string; revocations?: string; online?: boolean }

async function verify(file: string, options: VerifyOptions) {
  const { verifyVerdict } = await import('../modules/gate/verify.ts')
  const keys = await signingKeys(options.key)
  const result = verifyVerdict(await readText(file), keys, new Date(), await revocationsOf(options, keys))
  if (result.outcome === 'revoked') throw new CliError(`${file} is revoked: ${result.message}`, exitCodes.denied)
  if (result.outcome !== 'verified') throw new CliError(`${file} is not a valid verdict: ${result.message}`)
  const { verdict } = result
  if (options.digest && options.digest !== verdict.digest) {
    throw new CliError(`the verdict is about ${verdict.digest}, not ${options.digest}`)
  }
  const word = outcomeWords[verdict.outcome]()
  print(
    `Valid: ${verdict.model} version ${verdict.version} is ${word} in ${verdict.environment} until ${verdict.expires_at}.`,
  )
  print(`Content ${verdict.digest}`)
  if (verdict.break_glass) print(brokenText(verdict.break_glass))
  for (const { requirement, control, until } of verdict.waivers ?? []) {
    print(`${requirement} is waived until ${until}: ${wrapped(control, 2)}`)
  }
  process.exitCode = statusOf(verdict)
}

/** The list to look into, or undefined when nobody asked for one. A list that is not as it should be ends the command. */
async function revocationsOf({ revocations, online }: VerifyOptions, keys: readonly Uint8Array[]) {
  if (revocations === undefined && !online) return undefined
  const { openRevocations } = await import('../modules/gate/revocation-list.ts')
  const [name, text] =
    revocations === undefined
      ? ['the list of the server', JSON.stringify(await (await connectClient()).get('/gate/revocations', DsseEnvelope))]
      : [revocations, await readText(revocations)]
  const opened = openRevocations(text, keys, new Date())
  if (opened.outcome !== 'verified') throw new CliError(`${name} is not a current revocation list: ${opened.message}`)
  return opened.list
}

type RevokeOptions = { env?: string; reason: string; json?: boolean }

async function revoke(what: string, options: RevokeOptions) {
  const input = inputOf(what, options)
  const client = await connectClient()
  const { revoked } = await client.post('/gate/revocations', z.object({ revoked: z.array(Revocation) }), input)
  if (options.json) return printJson(revoked)
  print(`Revoked ${revoked.length === 1 ? 'one verdict' : `${revoked.length} verdicts`}.`)
  for (const { verdict } of revoked) print(`  ${verdict}`)
}

function inputOf(what: string, { env, reason }: RevokeOptions): RevocationInput {
  const verdict = VerdictId.safeParse(what)
  if (verdict.success) return { of: 'verdict', verdict: verdict.data, reason }
  const decision = DecisionId.safeParse(what)
  if (decision.success) return { of: 'decision', decision: decision.data, reason }
  const { model, version } = parseModelVersion(what)
  if (typeof version === 'string') throw new CliError('give the version’s number: an alias may move')
  return { of: 'version', model, version, reason, ...(env === undefined ? {} : { environment: env }) }
}

function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
}
