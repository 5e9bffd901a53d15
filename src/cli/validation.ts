import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { Section, SectionText, TestState, Validation, ValidationTest } from '../modules/validation/schema.ts'
import { connectClient, parseModelVersion, versionPath } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, styled, table, tone } from './output.ts'

/** Plan, tests and report of a validation. */
export function addValidation(program: Command) {
  const validation = program
    .command('validation')
    .description('what a version has to stand, how it stood it, and the report')
  validation
    .command('show <model@version>')
    .description('the plan with its results, the tests of the validators, and what is open')
    .option('--env <environment>', 'for which environment', 'prod')
    .option('--json', 'print JSON')
    .action(show)
  validation
    .command('test <model@version>')
    .description('add a test to what the policies ask for')
    .requiredOption('--title <text>', 'what is tested')
    .option('--risk <text>', 'what could go wrong', '')
    .option('--method <text>', 'how it is done', '')
    .option('--expected <text>', 'what counts as passed', '')
    .option('--env <environment>', 'for which environment', 'prod')
    .action(plan)
  validation
    .command('result <test> <outcome>')
    .description(`say how a test went, once: ${TestState.exclude(['planned']).options.join(', ')}`)
    .requiredOption('--seen <text>', 'what was seen, or why it was dropped')
    .option('--evidence <id>', 'evidence of the version that shows it')
    .action(result)
  validation
    .command('write <model@version> <section>')
    .description(`write a part of the report: ${Section.options.join(', ')}`)
    .requiredOption('--file <file>', 'Markdown; - for standard input')
    .option('--env <environment>', 'for which environment', 'prod')
    .action(write)
  validation
    .command('report <model@version>')
    .description('the report, assembled from the record')
    .option('--env <environment>', 'for which environment', 'prod')
    .option('--html', 'a page that prints, instead of Markdown')
    .option('--out <file>', 'write it to a file')
    .action(report)
}

const pathOf = (text: string) => `${versionPath(parseModelVersion(text))}/validation`

async function show(text: string, { env, json }: { env: string; json?: boolean }) {
  const found = await (await connectClient()).get(
    `${pathOf(text)}?${new URLSearchParams({ environment: env })}`,
    Validation,
  )
  if (json) return printJson(found)
  const { passed, failed, open } = found.counts
  print(`${found.model} ${found.version} for ${env}: ${passed} passed, ${failed} failed, ${open} open.`)
  if (found.plan.length > 0) print(`\n${styled('bold', 'What the policies ask for')}`)
  for (const item of found.plan) print(`  ${tone(item.state)}  ${item.title}${item.waived ? ' (waived)' : ''}`)
  if (found.tests.length > 0) {
    print(`\n${styled('bold', 'Tests of the validators')}`)
    print(table([['TEST', 'WHAT', 'STATE'], ...found.tests.map(({ id, title, state }) => [id, title, state])]))
  }
  const missing = Section.options.filter((section) => !found.texts.some((each) => each.section === section))
  if (missing.length > 0) print(`\nNobody has written yet: ${missing.join(', ')}.`)
}

type PlanOptions = { title: string; risk: string; method: string; expected: string; env: string }

async function plan(text: string, { env, ...input }: PlanOptions) {
  const test = await (await connectClient()).post(`${pathOf(text)}/tests`, ValidationTest, {
    ...input,
    environment: env,
  })
  print(`${test.id} is planned.`)
}

async function result(id: string, outcome: string, { seen, evidence }: { seen: string; evidence?: string }) {
  const test = await (await connectClient()).post(
    `/validation/tests/${encodeURIComponent(id)}/result`,
    ValidationTest,
    {
      outcome,
      result: seen,
      evidence_id: evidence ?? null,
    },
  )
  print(`${test.title}: ${test.state}.`)
}

async function write(text: string, section: string, { file, env }: { file: string; env: string }) {
  const part = Section.safeParse(section)
  if (!part.success) throw new CliError(`there is no section ${section}; there is ${Section.options.join(', ')}`)
  const words = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8').catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
  const client = await connectClient()
  const before = await client.get(`${pathOf(text)}?${new URLSearchParams({ environment: env })}`, Validation)
  const read_at = before.texts.find((each) => each.section === part.data)?.written_at ?? null
  await client.put(`${pathOf(text)}/text`, SectionText, { environment: env, section: part.data, text: words, read_at })
  print(`The part ${section} is written.`)
}

async function report(text: string, { env, html, out }: { env: string; html?: boolean; out?: string }) {
  const query = new URLSearchParams({ environment: env, format: html ? 'html' : 'markdown' })
  const reply = await (await connectClient()).raw('GET', `${pathOf(text)}/report?${query}`)
  const content = await reply.text()
  if (!reply.ok) throw new CliError(detailOf(content))
  if (out === undefined) return print(content.trimEnd())
  await writeFile(out, content)
  print(`Written to ${out}.`)
}

function detailOf(text: string): string {
  try {
    return String(JSON.parse(text).detail)
  } catch {
    return 'the report cannot be made'
  }
}
