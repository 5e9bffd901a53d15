import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Rows of the tables under Promises whose second column names tests. */
function promises(page: 'security' | 'operations'): { promise: string; tests: { file: string; titles: string[] }[] }[] {
  const text = readFileSync(`docs/${page}.md`, 'utf8')
  const [section = ''] = text.slice(text.indexOf('## Promises')).split(/\n## (?!Promises)/)
  return section
    .split('\n')
    .filter((line) => /^\| [^|-]/.test(line) && !/^\| (Promise|What this page says) /.test(line))
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

test.each(['security', 'operations'] as const)(
  'every promise of docs/%s.md names tests, and each of them is there under its name',
  (page) => {
    const wrong: string[] = []
    const all = promises(page)
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
    expect(all.length).toBeGreaterThan(page === 'security' ? 25 : 10)
  },
)

test('every figure that docs/operations.md sends its reader to is measured', () => {
  const text = readFileSync('docs/operations.md', 'utf8')
  const [sizing = ''] = text.slice(text.indexOf('## Sizing')).split(/\n## (?!Sizing)/)
  const named = [...sizing.matchAll(/“([^”]+)”/g)].flatMap(([, row]) => row ?? [])
  const measured = readFileSync('bench/RESULTS.md', 'utf8')
  expect(named.filter((row) => !measured.includes(`\n| ${row} |`))).toEqual([])
  expect(named.length).toBeGreaterThan(8)
})

test('the tests of this folder are all behind a promise', () => {
  const named = new Set(promises('security').flatMap(({ tests }) => tests.flatMap(({ titles }) => titles)))
  const missing: string[] = []
  for (const file of ['roles', 'limits', 'browser', 'outgoing', 'secrets', 'fuzz', 'mlflow-cves']) {
    const text = readFileSync(`test/security/${file}.test.ts`, 'utf8')
    for (const [, title = ''] of text.matchAll(/(?:^| )test\(\s*['`]([^'`]+)/gm)) {
      if (![...named].some((each) => title.startsWith(each))) missing.push(`${file}: ${title}`)
    }
  }
  expect(missing).toEqual([])
})
