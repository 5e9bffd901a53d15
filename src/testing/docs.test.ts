import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { referenceFolder, referencePages } from '../../scripts/docs.ts'
import { createProgram } from '../cli/program.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('the reference pages are what the code says; npm run docs writes them again', async () => {
  for (const [name, text] of Object.entries(await referencePages())) {
    expect(await readFile(join(referenceFolder, name), 'utf8'), name).toBe(text)
  }
})

test('every link of the documents leads to a file', async () => {
  const broken: string[] = []
  for (const path of await documents()) {
    const text = await readFile(join(root, path), 'utf8')
    for (const [, target = ''] of text.matchAll(/(?<!!)\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      if (!existsSync(resolve(root, dirname(path), target))) broken.push(`${path}: ${target}`)
    }
  }
  expect(broken).toEqual([])
})

test('every command that the documents show exists, with its options', async () => {
  const program = await createProgram()
  const unknown: string[] = []
  let commands = 0
  for (const path of await documents()) {
    const text = (await readFile(join(root, path), 'utf8')).replaceAll('\\\n', ' ')
    for (const [, line = ''] of text.matchAll(/^\s*(?:- )?(?:run: )?(?:\$ )?modelkeep (.+)$/gm)) {
      commands++
      const problem = problemOf(program, line)
      if (problem) unknown.push(`${path}: modelkeep ${line}: ${problem}`)
    }
  }
  expect(unknown).toEqual([])
  expect(commands).toBeGreaterThan(20)
})

function problemOf(program: Command, line: string): string | undefined {
  const words = line.split(' | ')[0]?.split(/\s+/) ?? []
  let command = program
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word)
    if (!next) break
    command = next
  }
  if (command.commands.length > 0) return 'there is no such command'
  const unknown = words.find((word) => /^--[a-z]/.test(word) && !command.options.some(({ long }) => long === word))
  return unknown && `there is no option ${unknown}`
}

async function documents(): Promise<string[]> {
  const below = await readdir(join(root, 'docs'), { recursive: true })
  return ['README.md', 'CONTRIBUTING.md', ...below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
}
