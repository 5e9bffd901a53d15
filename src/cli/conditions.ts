import type { Command } from 'commander'
import { z } from 'zod'
import { Condition, type ConditionInput, ConditionResult } from '../modules/reviews/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { momentOf } from './moments.ts'
import { print, printJson, styled, wrapped } from './output.ts'
import { personId } from './people.ts'
import { refused } from './review-steps.ts'

/** What approvals were given on condition of. */
export function addConditions(review: Command) {
  const conditions = review.command('conditions').description('what approvals were given on condition of')
  conditions
    .command('list')
    .description('conditions that are open, what is due first comes first')
    .option('--model <model>', 'of this model')
    .option('--mine', 'only those that you see to')
    .option('--all', 'those that are met or lapsed, too')
    .option('--json', 'print JSON')
    .action(list)
  conditions
    .command('report <id>')
    .description('say what was done about a condition that you see to')
    .requiredOption('--proof <text>', 'what was done, and what shows it')
    .action(async (id: string, { proof }: { proof: string }) => {
      await (await connectClient()).post(`/conditions/${id}/report`, Condition, { report: proof })
      print(`Reported; somebody else has to confirm condition ${id}.`)
    })
  conditions
    .command('confirm <id>')
    .description('confirm that a condition is met that somebody else sees to')
    .requiredOption('--proof <text>', 'what you saw')
    .option('--evidence <id...>', 'evidence of the version that shows it')
    .action(confirm)
}

/** `text;owner;date` as people write it: the owner by login, the day included. */
export async function conditionOf(client: Client, text: string): Promise<ConditionInput> {
  const [what = '', login = '', date = '', ...more] = text.split(';').map((part) => part.trim())
  if (what === '' || login === '' || date === '' || more.length > 0) {
    throw new CliError(`"${text}" is not "text;owner;date"`)
  }
  return { text: what, owner: await personId(client, login), due_at: momentOf(date) }
}

async function list(options: { model?: string; mine?: boolean; all?: boolean; json?: boolean }) {
  const client = await connectClient()
  const query = new URLSearchParams({ state: options.all ? 'all' : 'open' })
  if (options.model !== undefined) query.set('model', options.model)
  if (options.mine) query.set('owner', 'me')
  const { conditions } = await client.get(`/conditions?${query}`, z.object({ conditions: z.array(Condition) }))
  if (options.json) return printJson(conditions)
  if (conditions.length === 0) return print('No approval waits for a condition.')
  for (const each of conditions) {
    const place = `${each.model}@${each.version} for ${each.environment}`
    print(`${each.id}  ${each.state}  due ${each.due_at}  ${place}, by ${each.owner}`)
    print(`  ${wrapped(each.text, 2)}`)
    if (each.report !== null && each.state === 'open') print(`  Reported: ${wrapped(each.report, 2)}`)
  }
}

async function confirm(id: string, options: { proof: string; evidence?: string[] }) {
  const client = await connectClient()
  const body = { proof: options.proof, evidence: options.evidence ?? [] }
  const result = await client.post(`/conditions/${id}/confirm`, ConditionResult, body)
  if (result.outcome === 'refused') return refused('you may not confirm this condition', result.reasons)
  print(`${styled('green', 'Met')}: condition ${id}.`)
}
