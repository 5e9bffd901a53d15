import type { PolicyProblem } from '../modules/policy/index.ts'
import type { TestResults } from '../modules/policy/schema.ts'
import { CliError, exitCodes } from './exit.ts'
import { print, printJson, styled } from './output.ts'
import { type PolicyFile, policyFilesIn, readPolicyFile } from './policy-files.ts'

/** Policies are judged here, as the server would judge them: no server is asked. */
export async function test(path: string, options: { json?: boolean }) {
  const files = await policyFilesIn(path)
  const tested: { file: string; results: TestResults | null }[] = []
  for (const file of files) {
    const read = await readPolicyFile(file)
    tested.push({ file: read.tests === null ? file : read.testsFile, results: await resultsOf(read) })
  }
  const sum = (key: 'passed' | 'failed') => tested.reduce((all, { results }) => all + (results?.[key] ?? 0), 0)
  if (sum('passed') + sum('failed') === 0) throw new CliError(`${path} has no tests: write them in NAME.tests.yaml`)
  if (options.json) printJson({ passed: sum('passed'), failed: sum('failed'), files: tested })
  else {
    for (const each of tested) tell(each.file, each.results)
    print(`${sum('passed')} passed, ${sum('failed')} failed.`)
  }
  if (sum('failed') > 0) process.exitCode = exitCodes.denied
}

async function resultsOf({ file, testsFile, text, tests }: PolicyFile): Promise<TestResults | null> {
  const { parsePolicy, parseTests, runTests } = await import('../modules/policy/index.ts')
  const policy = parsePolicy(text)
  if (policy.outcome === 'refused') throw unreadable(file, policy.problems)
  if (tests === null) return null
  const parsed = parseTests(tests, policy.document.name)
  if (parsed.outcome === 'refused') throw unreadable(testsFile, parsed.problems)
  return runTests(policy.document, parsed)
}

function tell(file: string, results: TestResults | null) {
  print(results === null ? `${file}: no tests` : file)
  for (const { name, line, passed, problem } of results?.cases ?? []) {
    if (passed) print(`  ${styled('green', 'pass')}  ${name}`)
    else print(`  ${styled('red', 'FAIL')}  ${name}\n        ${file}:${line}: ${problem}`)
  }
}

function unreadable(file: string, problems: readonly PolicyProblem[]) {
  const lines = problems.map(
    ({ path, message, line, column }) => `${file}:${line}:${column}: ${path ? `${path}: ` : ''}${message}`,
  )
  return new CliError(lines.join('\n'))
}
