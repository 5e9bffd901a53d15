import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Rows of the tables in `docs/security.md` whose second column names tests. */
function promises(): { promise: string; tests: { file: string; titles: string[] }[] }[] {
  const text = readFileSync('docs/security.md', 'utf8')
  const section = text.slice(text.indexOf('## Promises'), text.indexOf('## Secrets at rest'))
  return section
    .split('\n')
    .filter((line) => /^\| [^|-]/.test(line) && !line.startsWith('| Promise'))
    .map((line) => {
      const [, promise = '', names = ''] = line.split(' | ').length === 2 ? ['', ...line.split(' | ')] : []
      const tests = names.split('`').flatMap((part, at, parts) => {
        if (at % 2 === 0) return []
        const titles = [...(parts[at + 1] ?? '').matchAll(/“([^”]+)”/g)].flatMap(([, title]) => title ?? [])
        return [{ file: part, titles }]
      })
      return { promise: promise.replace(/^\| /, ''), tests }
    })
}

test('every promise of docs/security.md names tests, and each of them is there under its name', () => {
  const wrong: string[] = []
  const all = promises()
  for (const { promise, tests } of all) {
    const named = tests.flatMap(({ titles }) => titles)
    if (named.length === 0) wrong.push(`no test is named: ${promise}`)
    for (const { file, titles } of tests) {
      if (!existsSync(file)) wrong.push(`${file} is not there: ${promise}`)
      else {
        const text = readFileSync(file, 'utf8')
        for (const title of titles) if (!text.includes(title)) wrong.push(`${file} has no test “${title}”`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(all.length).toBeGreaterThan(25)
})

test('the tests of this folder are all behind a promise', () => {
  const named = new Set(promises().flatMap(({ tests }) => tests.flatMap(({ titles }) => titles)))
  const missing: string[] = []
  for (const file of ['roles', 'limits', 'browser', 'outgoing', 'secrets', 'fuzz', 'mlflow-cves']) {
    const text = readFileSync(`test/security/${file}.test.ts`, 'utf8')
    for (const [, title = ''] of text.matchAll(/(?:^| )test\(\s*['`]([^'`]+)/gm)) {
      if (![...named].some((each) => title.startsWith(each))) missing.push(`${file}: ${title}`)
    }
  }
  expect(missing).toEqual([])
})
