import { expect, test, vi } from 'vitest'
import { testApp } from '../testing/app.ts'
import { commandsOf } from '../testing/command.ts'
import { givenReview } from '../testing/governed.ts'

test('a review goes through its rounds from the command line', async () => {
  const app = await testApp()
  const { developer, validator, review, sheet } = await givenReview(app)
  const omar = await app.as('approver', { name: 'Omar' })
  const command = await commandsOf(app, validator.token)
  const as = (who: { token: string }) => vi.stubEnv('MODELKEEP_TOKEN', who.token)
  const { policy, id: rule } = sheet.assessment.requirements[0]
  const key = `${policy.name}/${rule}`
  expect((await command('review', 'show', review.id)).stdout).toContain(key)

  const said = await command('review', 'comment', review.id, `Why, @${developer.person.login} and @nobody-here?`)
  expect(said.stdout).toMatch(/Said: cmt_\w+\nNobody who may read it is called nobody-here/)
  expect((await command('review', 'comment', review.id, 'Hm.', '--requirement', key)).status).toBe(0)
  expect((await command('review', 'comments', review.id)).stdout).toContain(`about ${key}`)
  app.clock.advance(1000)
  const reason = ['--reason', 'The rows are of last year.']
  expect((await command('review', 'request-changes', review.id, 'no/such', ...reason)).status).toBe(2)
  expect((await command('review', 'request-changes', review.id, key, ...reason)).stdout).toContain('waits for whoever')
  expect((await command('review', 'list')).stdout).toContain('changes requested')

  as(developer)
  expect((await command('notices')).stdout).toMatch(/Changes are asked for[\s\S]*You were named/)
  expect((await command('review', 'resubmit', review.id, ...reason)).stdout).toContain('round 2')
  const until = ['--until', '2026-03-20', ...reason]
  expect((await command('review', 'delegate', review.id, omar.person.login, ...until)).status).toBe(2)

  as(validator)
  const self = await command('review', 'delegate', review.id, validator.person.login, ...until)
  expect([self.status, self.stdout]).toEqual([3, expect.stringContaining('Nobody decides in their own place')])
  const handed = (await command('review', 'delegate', review.id, omar.person.login, ...until)).stdout
  const [delegation = ''] = /dlg_\w+/.exec(handed) ?? []
  expect((await command('review', 'show', review.id)).stdout).toContain(delegation)
  expect((await command('review', 'approve', review.id, ...reason)).status).toBe(3)
  expect((await command('review', 'end-delegation', review.id, delegation)).stdout).toContain('has ended')

  as(developer)
  expect((await command('review', 'withdraw', review.id)).stdout).toContain('is withdrawn')
  await command('notices', '--read')
  expect((await command('notices')).stdout).toBe('There is nothing to read.\n')
})
