import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { testApp } from '../testing/app.ts'
import { commandsOf } from '../testing/command.ts'
import { givenReview, governedName } from '../testing/governed.ts'

const version = `${governedName}@1`

test('findings, work, calendar, validation and the gate’s report from the command line', async () => {
  const app = await testApp()
  const { developer, validator, review, decide } = await givenReview(app)
  const command = await commandsOf(app, validator.token)
  const as = (who: { token: string }) => vi.stubEnv('MODELKEEP_TOKEN', who.token)
  const idIn = (text: string, prefix: string) => new RegExp(`${prefix}_\\w+`).exec(text)?.[0] ?? ''

  const title = ['--title', 'The ratio for women is low', '--severity', 'high', '--due', '2026-03-09']
  const opened = await command('finding', 'open', version, ...title, '--owner', developer.person.login)
  expect(opened.status, opened.stderr).toBe(0)
  const finding = idIn(opened.stdout, 'fnd')
  expect((await command('finding', 'list')).stdout).toContain('The ratio for women is low')
  expect((await command('finding', 'open', version, ...title.slice(2))).status).not.toBe(0)
  expect((await command('work')).stdout).toContain(`Decide about ${governedName} 1 for prod`)

  const checked = await command('gate', 'check', version, '--env', 'prod')
  expect([checked.status, checked.stdout]).toEqual([3, expect.stringContaining('The finding')])
  expect((await command('gate', 'report', '--days', '7')).stdout).toMatch(/^Asked 1 times in 7 days/)

  as(developer)
  expect((await command('work')).stdout).toContain('Mend: The ratio for women is low')
  const plan = ['--cause', 'Few rows of the north.', '--plan', 'Collect and train again.']
  expect((await command('finding', 'plan', finding, ...plan)).status).toBe(0)
  expect((await command('finding', 'resolve', finding, '--proof', 'Reweighed and evaluated.')).status).toBe(0)
  const own = await command('finding', 'verify', finding, '--note', 'I looked at it again.')
  expect([own.status, own.stdout + own.stderr]).toEqual([
    expect.any(Number),
    expect.stringMatching(/permission|mended|resolved/),
  ])
  expect(own.status).not.toBe(0)

  as(validator)
  expect((await command('finding', 'verify', finding, '--note', 'Computed it again.')).status).toBe(0)
  expect((await command('finding', 'show', finding)).stdout).toContain('closed')
  expect((await command('finding', 'show', 'fnd_nothing')).status).toBe(2)

  const planned = await command('validation', 'test', version, '--title', 'Empty rows', '--expected', 'Refused.')
  const id = idIn(planned.stdout, 'vts')
  expect((await command('validation', 'result', id, 'passed', '--seen', 'They are refused by name.')).stdout).toBe(
    'Empty rows: passed.\n',
  )
  const file = join(app.config.dataDir, 'conclusion.md')
  await writeFile(file, 'Fit for use.')
  expect((await command('validation', 'write', version, 'conclusion', '--file', file)).status).toBe(0)
  expect((await command('validation', 'write', version, 'praise', '--file', file)).status).toBe(2)
  const shown = (await command('validation', 'show', version)).stdout
  expect(shown).toMatch(/passed, 0 failed/)
  expect(shown).toContain('Nobody has written yet: scope, approach, limitations.')
  const out = join(app.config.dataDir, 'report.md')
  expect((await command('validation', 'report', version, '--out', out)).stdout).toBe(`Written to ${out}.\n`)
  expect(await readFile(out, 'utf8')).toContain('Fit for use.')
  expect((await command('validation', 'report', `${governedName}@7`)).status).toBe(2)

  expect((await command('calendar')).stdout).toMatch(/^Nothing that is allowed now ends|DUE/)
  const sheet = (await validator.get(`/reviews/${review.id}`)).json()
  expect((await decide(validator, 'approved', sheet.scope_digest)).status).toBe(200)
  expect((await command('calendar', '--json')).stdout).toContain('"environment": "prod"')
  expect((await command('calendar', '--days', '365')).stdout).toContain(version)
})
