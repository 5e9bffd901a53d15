import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from './exit.ts'

export type PolicyFile = { file: string; testsFile: string; text: string; tests: string | null }

const testsEnding = /\.tests\.ya?ml$/
const ending = /\.ya?ml$/

/** A policy and, when there is one, the file of its tests beside it: `lending.yaml` and `lending.tests.yaml`. */
export async function readPolicyFile(file: string): Promise<PolicyFile> {
  const testsFile = file.replace(ending, '.tests$&')
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
  const tests = testsFile === file ? null : await readIfThere(testsFile)
  return { file, testsFile, text, tests }
}

/** The policies of a file, of its tests, or of a folder and everything below it, by their paths. */
export async function policyFilesIn(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => {
    throw new CliError(`${path} cannot be read`)
  })
  if (!found.isDirectory()) return [path.replace(testsEnding, (all) => all.replace('.tests', ''))]
  const names = await readdir(path, { recursive: true })
  const files = names.filter((name) => ending.test(name) && !testsEnding.test(name)).toSorted()
  if (files.length === 0) throw new CliError(`there is no policy in ${path}`)
  return files.map((name) => join(path, name))
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new CliError(`${file} cannot be read`)
  }
}
