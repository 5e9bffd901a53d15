import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import { loginsIn } from './mentions.ts'

test('people comment on a review, a requirement and evidence; whoever is named or answered is told', async () => {
  const app = await testApp()
  const { developer, validator, version, review, base, sheet } = await givenReview(app)
  const auditor = await app.as('auditor')
  const elsewhere = await app.as([{ role: 'validator', model: 'another' }])
  const onReview = { kind: 'review', id: review.id }
  const say = (text: string, more = {}) => validator.post(`${base}/comments`, { about: onReview, text, ...more })
  const notices = async (who: typeof developer) =>
    (await who.get('/notices')).json().notices.map(({ kind, link }: { kind: string; link: string }) => [kind, link])

  const named = `@${developer.person.login}. And @${elsewhere.person.login}, @nobody-here, \`@${auditor.person.login}\``
  const said = (await say(`Why this group, ${named}`)).json()
  expect(said).toMatchObject({
    comment: { about: onReview, answers: null, mentions: [developer.person.id], earlier: [], retracted_at: null },
    untold: [elsewhere.person.login, 'nobody-here'],
  })
  expect(await notices(developer)).toEqual([['mention', `/reviews/${review.id}`]])
  expect((await validator.get('/notices')).json().notices[0].kind).toBe('review_asked')

  app.clock.advance(1000)
  const answer = { about: onReview, text: 'Because it is the largest.', answers: said.comment.id }
  expect((await developer.post(`${base}/comments`, answer)).json().comment.answers).toBe(said.comment.id)
  expect((await notices(validator))[0]).toEqual(['reply', `/reviews/${review.id}`])

  const requirement = { kind: 'requirement', environment: 'prod', policy: sheet.snapshot.policies[0].name }
  const rule = sheet.assessment.requirements[0].id
  expect((await say('Met by a hair.', { about: { ...requirement, rule } })).status).toBe(200)
  expect((await say('Met by a hair.', { about: { ...requirement, rule: 'nothing' } })).status).toBe(404)
  const evidence = { kind: 'evidence', id: sheet.snapshot.evidence[0].id }
  expect((await say('Which rows?', { about: evidence })).status).toBe(200)
  expect((await say('x', { about: { ...evidence, id: `evi_${'0'.repeat(24)}` } })).status).toBe(404)
  expect((await say('x', { about: evidence, answers: said.comment.id })).status).toBe(400)
  expect((await say('   ')).status).toBe(400)
  expect((await auditor.post(`${base}/comments`, { about: onReview, text: 'hello' })).status).toBe(403)
  expect((await elsewhere.get(`${base}/comments`)).status).toBe(403)
  expect((await auditor.get(`${base}/comments`)).json().comments).toHaveLength(4)
  const added = (await app.trail(`version:${version.id}`)).filter(({ action }) => action === 'comment.added')
  expect(added.map(({ detail }) => detail.on)).toEqual(['review', 'review', 'requirement', 'evidence'])
  expect(JSON.stringify(added)).not.toContain('largest')
})

test('a comment is changed and taken back by whoever said it, and every text stays', async () => {
  const app = await testApp()
  const { developer, validator, review, base } = await givenReview(app)
  const about = { kind: 'review', id: review.id }
  const { comment } = (await validator.post(`${base}/comments`, { about, text: 'First.' })).json()
  const change = (who: typeof developer, text: string) => who.patch(`/comments/${comment.id}`, { text })
  expect((await change(developer, 'Not mine.')).status).toBe(403)
  expect((await change(validator, 'First.')).status).toBe(409)
  app.clock.advance(1000)
  const changed = (await change(validator, `Second, @${developer.person.login}`)).json().comment
  expect(changed).toMatchObject({ text: expect.stringMatching(/^Second/), earlier: [{ text: 'First.' }] })
  expect(changed.changed_at > comment.said_at).toBe(true)
  expect((await developer.get('/notices')).json().notices).toMatchObject([{ kind: 'mention' }])
  expect((await developer.post(`/comments/${comment.id}/retract`)).status).toBe(403)
  expect((await validator.post(`/comments/${comment.id}/retract`)).json().retracted_at).not.toBeNull()
  expect((await validator.post(`/comments/${comment.id}/retract`)).status).toBe(409)
  expect((await change(validator, 'Third.')).status).toBe(409)
  expect((await validator.post('/comments/cmt_none/retract')).status).toBe(404)
  expect((await developer.get(`${base}/comments`)).json().comments).toMatchObject([
    { text: expect.stringMatching(/^Second/), earlier: [{ text: 'First.' }] },
  ])
  const trail = await app.trail(`comment:${comment.id}`)
  expect(trail.map(({ action }) => action)).toEqual(['comment.added', 'comment.changed', 'comment.retracted'])
  expect(trail[1]?.detail.before).toBe(trail[0]?.detail.digest)
  expect((await developer.get(`/models/${governedName}/versions/9/comments`)).status).toBe(404)
})

test('a login is named where nothing else is meant', () => {
  expect(loginsIn('@ann, mail@ben.org and @cem.dot. `@code` @Eve')).toEqual(['ann', 'cem.dot.', 'eve'])
})
