import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { testApp } from '../testing/app.ts'
import { commandsOf } from '../testing/command.ts'
import { givenReview, governedName } from '../testing/governed.ts'

test('auditor and host hold a whole request on the command line', async () => {
  const app = await testApp()
  const { review } = await givenReview(app)
  const admin = await app.as('administrator')
  const ina = await app.as([])
  const ends_at = new Date(app.clock.now().getTime() + 30 * 86_400_000).toISOString()
  await admin.post('/seats', { person: ina.person.id, reason: 'Audit', ends_at })
  await admin.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' })
  const run = await commandsOf(app, ina.token)
  const as = (who: typeof ina) => vi.stubEnv('MODELKEEP_TOKEN', who.token)

  const sample = await run('seat', 'sample', 'verdicts', '--json')
  const file = join(process.env.MODELKEEP_VERDICTS ?? '', 'sample.json')
  await writeFile(file, sample.stdout)
  const words = [
    '--title',
    'Why denied',
    '--text',
    'Show the grounds.',
    '--due',
    new Date(app.clock.now().getTime() + 86_400_000).toISOString(),
  ]
  const about = ['--about', governedName, `${governedName}@1`, review.id, '--sample', file]
  const asked = await run('seat', 'ask', ...words, ...about)
  const [, id = ''] = /^Asked (arq_[0-9a-z]{24}): http/.exec(asked.stdout) ?? []
  expect(asked.stderr).toBe('')
  expect((await run('seat', 'requests')).stdout).toMatch(new RegExp(`${id} +asked +.* +4 things +Why denied`))
  as(admin)
  expect((await run('seat', 'assign', id, admin.person.login)).stdout).toContain('is to answer')
  expect((await run('seat', 'answer', id, '--text', 'The evidence was old.', '--about', review.id)).stdout).toBe(
    `${id} is answered.\n`,
  )
  as(ina)
  expect((await run('seat', 'return', id, '--text', 'Which?', '--due', ends_at)).stdout).toBe(`${id} is returned.\n`)
  as(admin)
  await run('seat', 'answer', id, '--text', 'The fairness report.')
  as(ina)
  expect((await run('seat', 'request', id)).stdout).toContain('You may: return, settle, withdraw.')
  expect(JSON.parse((await run('seat', 'settle', id, '--json')).stdout).request.state).toBe('closed')
  expect((await run('seat', 'requests')).stdout).toBe('Nothing is asked.\n')
  const refused = await run('seat', 'withdraw', id, '--reason', 'Late')
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('this request is closed') })

  await run('seat', 'ask', ...words)
  app.clock.advance(2 * 86_400_000)
  expect(await run('seat', 'requests')).toMatchObject({ status: 3, stdout: expect.stringContaining('overdue') })
  const missing = await run('seat', 'ask', ...words, '--about', 'nothing-here')
  expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining('nothing-here') })
})
