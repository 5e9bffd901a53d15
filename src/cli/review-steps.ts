import type { Command } from 'commander'
import { z } from 'zod'
import { Comment, type CommentSubject, SaidComment } from '../modules/comments/schema.ts'
import {
  ChangesResult,
  Delegation,
  DelegationResult,
  Review,
  ReviewSheet,
  TogetherResult,
} from '../modules/reviews/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { momentOf } from './moments.ts'
import { print, printJson, styled, wrapped } from './output.ts'
import { personId } from './people.ts'

/** What happens in a review before it is decided, and what is said about it. */
export function addReviewSteps(review: Command) {
  review
    .command('request-changes <id> <requirement...>')
    .description('say what has to be different, naming requirements as policy/rule')
    .requiredOption('--reason <text>', 'what is wrong with them')
    .action(requestChanges)
  review
    .command('resubmit <id>')
    .description('submit it again after changes')
    .requiredOption('--reason <text>', 'what was done')
    .action(async (id: string, { reason }: { reason: string }) => {
      const { round } = await (await connectClient()).post(`/reviews/${id}/resubmit`, Review, { text: reason })
      print(`Review ${id} is open again, in round ${round}.`)
    })
  review
    .command('approve-together <id...>')
    .description('approve several reviews of models of tier low with one reason')
    .requiredOption('--reason <text>', 'why, in at least ten characters')
    .action(approveTogether)
  review
    .command('withdraw <id>')
    .description('take a request for review back')
    .action(async (id: string) => {
      await (await connectClient()).post(`/reviews/${id}/withdraw`, Review)
      print(`Review ${id} is withdrawn.`)
    })
  review
    .command('delegate <id> <login>')
    .description('let somebody else decide in your place')
    .requiredOption('--until <date>', 'when it ends by itself, at most 90 days from now')
    .requiredOption('--reason <text>', 'why')
    .action(delegate)
  review
    .command('end-delegation <id> <delegation>')
    .description('end a delegation before its time')
    .action(async (id: string, delegation: string) => {
      await (await connectClient()).post(`/reviews/${id}/delegations/${delegation}/end`, Delegation)
      print(`Delegation ${delegation} has ended.`)
    })
  review
    .command('comment <id> <text>')
    .description('say something about a review, a requirement or evidence; @login tells that person')
    .option('--requirement <policy/rule>', 'about this requirement of the review')
    .option('--evidence <id>', 'about this evidence of the version')
    .option('--answers <comment>', 'the comment that it answers')
    .option('--json', 'print JSON')
    .action(comment)
  review
    .command('comments <id>')
    .description('what was said about the version under review')
    .option('--json', 'print JSON')
    .action(comments)
}

/** A refusal is an answer with reasons; the command ends with 3. */
export function refused(what: string, reasons: readonly { message: string }[]): void {
  print(`${styled('red', 'Refused')}: ${what}.`)
  for (const { message } of reasons) print(`  ${message}`)
  process.exitCode = exitCodes.denied
}

async function requestChanges(id: string, requirements: string[], { reason }: { reason: string }) {
  const client = await connectClient()
  const result = await client.post(`/reviews/${id}/changes`, ChangesResult, { text: reason, requirements })
  if (result.outcome === 'refused') return refused('you may not ask for changes here', result.reasons)
  print(`Changes are asked for; review ${id} waits for whoever asked for it.`)
}

async function approveTogether(ids: string[], { reason }: { reason: string }) {
  const client = await connectClient()
  const reviews = []
  for (const id of ids) {
    const { review, scope_digest } = await client.get(`/reviews/${id}`, ReviewSheet)
    reviews.push({ id: review.id, scope_digest })
  }
  const { results } = await client.post('/decisions', TogetherResult, { outcome: 'approved', reason, reviews })
  for (const each of results) {
    switch (each.outcome) {
      case 'recorded':
        print(`${styled('green', 'Approved')}: ${each.review}, ${each.decision}`)
        break
      case 'refused':
        refused(each.review, each.reasons)
        break
      case 'failed':
        print(`${styled('red', 'Not decided')}: ${each.review}, ${each.message}`)
        process.exitCode = exitCodes.error
    }
  }
}

async function delegate(id: string, login: string, options: { until: string; reason: string }) {
  const client = await connectClient()
  const to = await personId(client, login)
  const body = { to, until: momentOf(options.until), reason: options.reason }
  const result = await client.post(`/reviews/${id}/delegations`, DelegationResult, body)
  if (result.outcome === 'refused') return refused('this decision cannot be handed on to them', result.reasons)
  print(`${login} decides in your place until ${result.delegation.ends_at} (${result.delegation.id}).`)
}

type Saying = { requirement?: string; evidence?: string; answers?: string; json?: boolean }

async function comment(id: string, text: string, options: Saying) {
  const client = await connectClient()
  const { path, environment } = await versionOf(client, id)
  const about = subjectOf(id, environment, options)
  const answers = options.answers === undefined ? {} : { answers: options.answers }
  const said = await client.post(`${path}/comments`, SaidComment, { about, text, ...answers })
  if (options.json) return printJson(said)
  print(`Said: ${said.comment.id}`)
  if (said.untold.length > 0) print(`Nobody who may read it is called ${said.untold.join(', ')}.`)
}

function subjectOf(id: string, environment: string, { requirement, evidence }: Saying): CommentSubject {
  if (requirement !== undefined && evidence !== undefined) {
    throw new CliError('a comment is about a requirement or about evidence, not about both')
  }
  if (evidence !== undefined) return { kind: 'evidence', id: evidence as `evi_${string}` }
  if (requirement === undefined) return { kind: 'review', id: id as `rev_${string}` }
  const [policy = '', rule = ''] = requirement.split('/')
  return { kind: 'requirement', environment, policy, rule }
}

async function comments(id: string, options: { json?: boolean }) {
  const client = await connectClient()
  const { path } = await versionOf(client, id)
  const { comments: all } = await client.get(`${path}/comments`, z.object({ comments: z.array(Comment) }))
  if (options.json) return printJson(all)
  if (all.length === 0) return print('Nobody has said anything.')
  for (const each of all) {
    const what = each.about.kind === 'requirement' ? `${each.about.policy}/${each.about.rule}` : each.about.id
    const state = each.retracted_at ? ', taken back' : each.changed_at ? ', changed' : ''
    print(
      `${each.id}  ${each.said_at}  ${each.said_by} about ${what}${each.answers ? `, to ${each.answers}` : ''}${state}`,
    )
    print(`  ${wrapped(each.text, 2)}`)
  }
}

async function versionOf(client: Client, id: string) {
  const { review } = await client.get(`/reviews/${id}`, ReviewSheet)
  const path = `/models/${encodeURIComponent(review.model)}/versions/${review.version}`
  return { path, environment: review.environment }
}
