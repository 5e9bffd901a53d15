import type { Command } from 'commander'
import { z } from 'zod'
import { PolicyVersion } from '../modules/policy/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table, wrapped } from './output.ts'
import { readPolicyFile } from './policy-files.ts'
import { plan } from './policy-plan.ts'
import { test } from './policy-test.ts'

export function addPolicy(program: Command) {
  const policy = program.command('policy').description('the rules that the gate applies')
  policy.command('list').description('policies and their versions').action(list)
  policy
    .command('show <name>')
    .description('the newest version, every rule as a sentence')
    .option('--text', 'print the YAML text')
    .action(show)
  policy
    .command('schema')
    .description('print the JSON Schema of a policy document')
    .action(async () => {
      const client = await connectClient({ anonymous: true })
      printJson(await client.get('/policies/schema.json', z.record(z.string(), z.json())))
    })
  policy
    .command('test <path>')
    .description(
      'run the tests beside a policy (NAME.tests.yaml), or those of a whole folder, without a server; exit 3 when one fails',
    )
    .option('--json', 'print the results as JSON')
    .action(test)
  policy
    .command('plan <file>')
    .description('which versions would get another answer; exit 3 when the rules deny one that is allowed now')
    .option('--json', 'print the plan as JSON')
    .action(plan)
  policy
    .command('publish <file>')
    .description(
      'save a policy text and the tests beside it as a draft, and publish it; a published version never changes',
    )
    .option('--draft', 'save the draft only')
    .action(publish)
}

const Policies = z.object({ policies: z.array(PolicyVersion) })

async function list() {
  const client = await connectClient()
  const { policies } = await client.get('/policies', Policies)
  const rows = policies.map((p) => [
    p.name,
    String(p.version),
    p.state,
    p.document.title,
    p.document.scope.tiers.join(' '),
    p.document.scope.environments.join(' '),
  ])
  print(table([['NAME', 'VERSION', 'STATE', 'TITLE', 'TIERS', 'ENVIRONMENTS'], ...rows]))
}

async function show(name: string, options: { text?: boolean }) {
  const client = await connectClient()
  const { policies } = await client.get('/policies', Policies)
  const policy = policies.filter((p) => p.name === name).sort((a, b) => b.version - a.version)[0]
  if (!policy) throw new CliError(`there is no policy ${name}`)
  if (options.text) return print(policy.text.trimEnd())
  print(`${policy.document.title} (${policy.name} ${policy.version}, ${policy.state})`)
  for (const { sentence } of policy.sentences) print(`  - ${wrapped(sentence, 4)}`)
}

async function publish(file: string, options: { draft?: boolean }) {
  const { text, tests } = await readPolicyFile(file)
  const client = await connectClient()
  const draft = await client.post('/policies', PolicyVersion, { text, tests })
  if (options.draft) return print(`Saved ${draft.name} ${draft.version} as a draft.`)
  const published = await client.post(`/policies/${draft.name}/versions/${draft.version}/publish`, PolicyVersion)
  print(`Published ${published.name} ${published.version}, ${published.digest}.`)
}
