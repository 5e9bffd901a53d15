import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { loadKeyAt, sign } from '../lib/keys.ts'
import { Session } from '../modules/access/schema.ts'
import {
  DecisionResult,
  type DecisionStatement,
  type PersonSignature,
  Review,
  ReviewSheet,
  SignedDecision,
} from '../modules/reviews/schema.ts'
import { type Client, connectClient, parseModelVersion, versionPath } from './client.ts'
import { addConditions, conditionOf } from './conditions.ts'
import { CliError } from './exit.ts'
import { print, printJson, styled, table, tone, wrapped } from './output.ts'
import { addReviewSteps, refused } from './review-steps.ts'
import { addSeparation } from './separation.ts'
import { personKeyIds, signingKeys } from './trusted-keys.ts'

export function addReviews(program: Command) {
  const review = program.command('review').description('ask for a review, and decide')
  review
    .command('submit <model@version>')
    .description('ask for a review of a version for an environment')
    .requiredOption('--env <environment>', 'where it is to run')
    .option('--note <text>', 'what reviewers should know', '')
    .option('--json', 'print JSON')
    .action(submit)
  review.command('list').description('reviews that nobody has ended').option('--json', 'print JSON').action(list)
  review.command('show <id>').description('what a decision would be about').action(show)
  for (const [word, outcome] of [
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ] as const) {
    const command = review
      .command(`${word} <id>`)
      .description(`${word} exactly the content that the review shows`)
      .requiredOption('--reason <text>', 'why, in at least ten characters')
      .option('--key <file>', 'sign it with your own key, too: modelkeep key enroll')
    if (outcome === 'approved') {
      command.option('--condition <text;owner;date...>', 'what has to be done by a day, or the approval lapses')
    }
    command.action((id: string, options: Deciding) => decide(id, outcome, options))
  }

  addReviewSteps(review)
  addConditions(review)

  const decision = program.command('decision').description('signed decisions')
  decision
    .command('show <id>')
    .description('print a decision with the snapshot that it signs')
    .option('--save <file>', 'write the decision file')
    .action(showDecision)
  addSeparation(decision)
  decision
    .command('verify <file>')
    .description('recompute a decision’s hash and check its signature without the server')
    .option('--key <file>', 'the server’s public key in PEM (default: the one that modelkeep login remembered)')
    .option('--person-key <file>', 'the public key, in PEM, that the person must have signed with')
    .action(verify)
}

async function submit(text: string, options: { env: string; note: string; json?: boolean }) {
  const client = await connectClient()
  const review = await client.post(`${versionPath(parseModelVersion(text))}/reviews`, Review, {
    environment: options.env,
    note: options.note,
  })
  if (options.json) printJson(review)
  else print(`Review ${review.id} is open: ${client.url}/reviews/${review.id}`)
}

async function list(options: { json?: boolean }) {
  const client = await connectClient()
  const { reviews } = await client.get('/reviews?state=open', z.object({ reviews: z.array(Review) }))
  if (options.json) return printJson(reviews)
  if (reviews.length === 0) return print('Nothing is waiting for review.')
  print(
    table([
      ['REVIEW', 'VERSION', 'ENVIRONMENT', 'STATE', 'ASKED', 'DUE'],
      ...reviews.map((r) => [
        r.id,
        `${r.model}@${r.version}`,
        r.environment,
        r.state.replace('_', ' '),
        r.requested_at,
        r.due_at ?? '',
      ]),
    ]),
  )
}

async function show(id: string) {
  const client = await connectClient()
  const sheet = await client.get(`/reviews/${id}`, ReviewSheet)
  const { review } = sheet
  print(`${review.model} version ${review.version} for ${review.environment}: ${review.state.replace('_', ' ')}`)
  if (review.due_at) print(`Due ${review.due_at}${review.expires_at ? `, closed by itself ${review.expires_at}` : ''}`)
  print(`Content ${sheet.snapshot.version.digest}, scope ${sheet.scope_digest}`)
  for (const requirement of sheet.assessment.requirements) {
    print(`  ${tone(requirement.state)}  ${wrapped(requirement.title, 15)}`)
    print(`  ${' '.repeat(13)}${wrapped(requirement.explanation, 15)}`)
    print(`  ${' '.repeat(13)}${requirement.policy.name}/${requirement.id}`)
  }
  for (const turn of sheet.turns) {
    const what = turn.kind === 'resubmitted' ? 'submitted again' : `asked to change ${turn.requirements.join(', ')}`
    print(`${turn.said_at}  ${turn.said_by} ${what}: ${wrapped(turn.text, 2)}`)
  }
  for (const each of sheet.delegations.filter(({ state }) => state === 'active')) {
    print(`${each.to} decides in the place of ${each.from} until ${each.ends_at} (${each.id})`)
  }
  for (const conflict of sheet.conflicts) print(`You may not decide: ${conflict.message}`)
}

type Deciding = { reason: string; condition?: string[]; key?: string }

async function decide(id: string, outcome: 'approved' | 'rejected', options: Deciding) {
  const reason = options.reason.trim()
  const client = await connectClient()
  const conditions = []
  for (const text of options.condition ?? []) conditions.push(await conditionOf(client, text))
  const sheet = await client.get(`/reviews/${id}`, ReviewSheet)
  const result = await client.post(`/reviews/${id}/decisions`, DecisionResult, {
    outcome,
    reason,
    scope_digest: sheet.scope_digest,
    conditions,
    ...(options.key === undefined
      ? {}
      : { signature: await ownSignature(client, sheet, { outcome, reason, conditions }, options.key) }),
  })
  switch (result.outcome) {
    case 'recorded':
      print(
        `${styled(outcome === 'approved' ? 'green' : 'red', outcome === 'approved' ? 'Approved' : 'Rejected')}: ${result.decision.id} over ${result.decision.digest}`,
      )
      for (const each of result.decision.conditions)
        print(`  on condition ${each.id}, due ${each.due_at}: ${each.text}`)
      return
    case 'refused':
      refused('you may not decide this', result.reasons)
  }
}

/** What this person says, signed with the key that only they have; the server never sees its private half. */
async function ownSignature(
  client: Client,
  { review, scope_digest }: ReviewSheet,
  about: Pick<DecisionStatement, 'outcome' | 'reason' | 'conditions'>,
  file: string,
) {
  const { statementBytes } = await import('../modules/reviews/statement.ts')
  const key = await loadKeyAt(file, { create: false })
  const { person } = await client.get('/session', Session)
  const bytes = statementBytes({ review: review.id, scope_digest, decided_by: person.id, ...about })
  return { key_id: key.keyId, signature: Buffer.from(sign(key, bytes)).toString('base64') }
}

async function showDecision(id: string, options: { save?: string }) {
  const client = await connectClient()
  const decision = await client.get(`/decisions/${id}`, SignedDecision)
  if (!options.save) return printJson(decision)
  await writeFile(options.save, `${JSON.stringify(decision, null, 2)}\n`)
  print(`${options.save} holds decision ${id}.`)
}

async function verify(file: string, options: { key?: string; personKey?: string }) {
  const { verifyDecision } = await import('../modules/reviews/verify.ts')
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
  const result = verifyDecision(text, await signingKeys(options.key))
  if (result.outcome !== 'verified') throw new CliError(`${file} is not a valid decision: ${result.message}`)
  const { document } = result
  print(
    `${styled('green', 'Valid')}: ${document.decided_by} ${document.outcome} ${document.snapshot.model.name} version ${document.snapshot.version.version} at ${document.decided_at}.`,
  )
  print(`Content ${document.snapshot.version.digest}`)
  const own = document.person_signature
  if (options.personKey !== undefined) {
    if (!own || !(await personKeyIds(options.personKey)).includes(own.key_id)) {
      throw new CliError(`${document.decided_by} has not signed it with the key in ${options.personKey}`)
    }
  }
  if (own) print(`Signed by ${document.decided_by} with ${own.key_id}${madeFor(own)}`)
}

/** A passkey signs only for the server that it was made for; its name is part of what was signed. */
const madeFor = (own: PersonSignature) => (own.kind === 'passkey' ? `, made for ${own.rp_id}` : '')
