import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { verifyTrail } from '../lib/trail-verify.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, styled } from './output.ts'
import { progressBar } from './progress.ts'
import { addProofs } from './proofs.ts'
import { trailKey } from './trusted-keys.ts'

export function addAudit(program: Command) {
  const audit = program.command('audit').description('the trail: export it, and verify an export without the server')
  audit
    .command('export <file>')
    .description('write the whole trail to a file')
    .option('--accounts', 'the trail of accounts, roles, tokens and sign-ins instead of the workspace’s')
    .action(exportTrail)
  audit
    .command('verify <file>')
    .description('verify an exported trail; exit 0 intact, 2 broken or unreadable')
    .option(
      '--key <key>',
      'the log’s verifier key, or a file that holds it (default: the one that modelkeep login remembered)',
    )
    .option('--json', 'print the result as JSON')
    .action(verify)
  addProofs(audit)
}

async function exportTrail(file: string, options: { accounts?: boolean }) {
  const client = await connectClient()
  const reply = await client.raw('GET', options.accounts ? '/audit/accounts/export' : '/audit/export')
  if (!reply.ok || !reply.body) {
    const problem = (await reply.json().catch(() => ({}))) as { detail?: string }
    throw new CliError(problem.detail ?? `the server answered ${reply.status}`)
  }
  await pipeline(Readable.from(reply.body), createWriteStream(file))
  print(`${file} holds the trail.`)
}

async function verify(file: string, options: { key?: string; json?: boolean }) {
  const { size } = await stat(file).catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
  const key = await trailKey(options.key, file)
  const bar = progressBar(`Verifying ${file}`, size)
  async function* chunks() {
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
      bar.advance(chunk.length)
      yield chunk as Buffer
    }
  }
  const result = await verifyTrail(chunks(), key === undefined ? {} : { key })
  bar.stop()
  if (options.json) printJson(result)
  if (result.outcome === 'intact') {
    if (!options.json) {
      print(
        `${styled('green', 'Intact')}: ${result.size} events from ${result.firstAt ?? '–'} to ${result.lastAt ?? '–'}.`,
      )
      print(`Root ${result.root}, ${result.checkpoints} signed checkpoint${result.checkpoints === 1 ? '' : 's'}.`)
      if (key === undefined)
        print('The key came from the file itself: compare it with the server’s own before you rely on this.')
    }
    return
  }
  if (!options.json) {
    print(`${styled('red', 'Broken')}: the trail was changed after it was signed.`)
    for (const problem of result.problems.slice(0, 10)) {
      print(
        `  line ${problem.line}${problem.index === undefined ? '' : `, event ${problem.index}`}: ${problem.message}`,
      )
    }
  }
  process.exitCode = 2
}
