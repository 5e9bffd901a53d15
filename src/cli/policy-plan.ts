import { z } from 'zod'
import { Person } from '../modules/access/schema.ts'
import { type PlanChange, type PlanCounts, PolicyPlan } from '../modules/policy/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { print, printJson, table } from './output.ts'
import { readPolicyFile } from './policy-files.ts'

const words: Record<PlanChange, string> = {
  denied: 'denied by the rules',
  approve_again: 'to be approved again',
  allowed: 'allowed',
}

export async function plan(file: string, options: { json?: boolean }) {
  const { text } = await readPolicyFile(file)
  const client = await connectClient()
  const found = await client.post('/policies/plan', PolicyPlan, { text })
  if (options.json) printJson(found)
  else tell(found, await namesOf(client))
  if (found.counts.denied > 0) process.exitCode = exitCodes.denied
}

function tell(found: PolicyPlan, names: ReadonlyMap<string, string>) {
  const against = found.compared_with === null ? 'nothing in force' : `version ${found.compared_with}`
  print(`${found.policy}, compared with ${against}: ${countsText(found.counts)}.`)
  if (found.left_off > 0) print(`${found.left_off} more were not looked at.`)
  const owner = (id: string | null) => (id === null ? 'nobody' : (names.get(id) ?? id))
  if (found.changes.length > 0) {
    const rows = found.changes.map((each) => [
      `${each.model}@${each.version}`,
      each.environment,
      each.tier ?? '',
      owner(each.owner),
      `${each.before} → ${words[each.change]}`,
      each.unmet.map(({ id }) => id).join(' '),
    ])
    print()
    print(table([['VERSION', 'ENVIRONMENT', 'TIER', 'OWNER', 'ANSWER', 'NOT MET'], ...rows]))
  }
  const groups = [
    ...found.by_tier.map(({ tier, counts }) => ['tier', tier ?? 'none', ...numbers(counts)]),
    ...found.by_owner.map(({ owner: id, counts }) => ['owner', owner(id), ...numbers(counts)]),
  ]
  if (groups.length > 0) {
    print()
    print(table([['BY', '', 'DENIED', 'APPROVE AGAIN', 'ALLOWED', 'UNCHANGED'], ...groups]))
  }
}

/** Who may not read the list of people sees their ids. */
async function namesOf(client: Client): Promise<Map<string, string>> {
  try {
    const { people } = await client.get('/people', z.object({ people: z.array(Person) }))
    return new Map(people.map(({ id, login }) => [id, login]))
  } catch (error) {
    if (error instanceof CliError) return new Map()
    throw error
  }
}

function countsText({ denied, approve_again, allowed, unchanged }: PlanCounts): string {
  return `${denied} denied by the rules, ${approve_again} to be approved again, ${allowed} allowed, ${unchanged} unchanged`
}

const numbers = ({ denied, approve_again, allowed, unchanged }: PlanCounts) =>
  [denied, approve_again, allowed, unchanged].map(String)
