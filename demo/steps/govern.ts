import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hold, show } from '../show.ts'
import { modelName, type Story } from '../story.ts'

type Review = { id: string; state: string }
type Decision = { id: string; outcome: string; covers: boolean }

/** Step 5: the gate says no, and why. */
export async function refused(story: Story): Promise<void> {
  const { stdout } = await story.as.developer(['gate', 'check', `${modelName}@1`, '--env', 'prod'], { expect: 3 })
  hold(/Denied/.test(stdout) && /validator/.test(stdout), 'the gate should name who can meet what is missing')
  hold(/limit/.test(stdout) && /interval/.test(stdout), 'the gate should show the ratio with its interval and limit')
}

/** Step 6: a review by somebody independent. */
export async function review(story: Story): Promise<void> {
  const { decisions } = await story.read<{ decisions: Decision[] }>(`/decisions?model=${modelName}&version=2`)
  let decision = decisions.find((item) => item.outcome === 'approved' && item.covers)
  if (!decision) {
    const id = await openReview(story)
    show.say('The developer, who is also a validator of other models, tries to approve their own work:')
    await story.as.developer(['review', 'approve', id, '--reason', 'It looks good to me.'], { expect: 3 })
    show.say('The validator, who has no part in it, decides:')
    await story.as.validator([
      'review',
      'approve',
      id,
      '--reason',
      'Selection rates are close for women and men; discrimination holds on rows it has not seen.',
    ])
    decision = (await story.read<{ decisions: Decision[] }>(`/decisions?model=${modelName}&version=2`)).decisions.find(
      (item) => item.outcome === 'approved',
    )
  }
  hold(decision?.covers, 'the approval should cover the content')
  const file = join(story.folder, 'decision.json')
  await story.as.validator(['decision', 'show', decision.id, '--save', file], { quiet: true })
  await story.as.validator(['decision', 'verify', file])
}

async function openReview(story: Story): Promise<string> {
  const { reviews } = await story.read<{ reviews: Review[] }>(`/reviews?state=open&model=${modelName}&version=2`)
  const open = reviews[0]
  if (open) return open.id
  await story.as.developer([
    'review',
    'submit',
    `${modelName}@2`,
    '--env',
    'prod',
    '--note',
    'Reweighed, and without protected features.',
  ])
  const after = await story.read<{ reviews: Review[] }>(`/reviews?state=open&model=${modelName}&version=2`)
  const [made] = after.reviews
  hold(made, 'the review should be open')
  return made.id
}

/** Step 7: the gate says yes, in writing. */
export async function allowed(story: Story): Promise<string> {
  const file = join(story.folder, 'verdict.json')
  const { stdout } = await story.as.developer(['gate', 'check', `${modelName}@2`, '--env', 'prod', '--save', file])
  await story.as.developer(['verdict', 'verify', file])
  const verdict = /Verdict (vrd_\w+)/.exec(stdout)?.[1]
  hold(verdict, 'the verdict should have an id')

  show.say('The protected alias champion asks the same gate: version 1 may not have it, version 2 may.')
  await story.as.developer(['alias', modelName, 'champion', '1'], { expect: 3, quiet: true })
  await story.as.developer(['alias', modelName, 'champion', '2'])
  const { deployments } = await story.read<{ deployments: { version: number; ended_at: string | null }[] }>(
    `/deployments?model=${modelName}&environment=prod`,
  )
  if (!deployments.some((deployment) => deployment.version === 2 && deployment.ended_at === null)) {
    await story.as.developer([
      'deployed',
      `${modelName}@2`,
      '--env',
      'prod',
      '--endpoint',
      'https://jobs.example/score',
      '--verdict',
      verdict,
    ])
  }
  show.say('The deployment is on record.')
  return verdict
}

/** Step 8: the trail, proven without the server, and what happens to one who touches it. */
export async function proveTrail(story: Story): Promise<void> {
  const file = join(story.folder, 'trail.jsonl')
  await story.as.auditor(['audit', 'export', file])
  await story.as.auditor(['audit', 'verify', file])
  await story.as.auditor(['audit', 'include', '0'])
  await story.as.auditor(['audit', 'extend', '8'])

  const bytes = await readFile(file)
  const at = bytes.indexOf('"action":"decision.') + '"action":"decision.'.length
  hold(at > 20, 'the trail should hold the decision')
  bytes[at] = (bytes[at] ?? 0) ^ 1
  const copy = join(story.folder, 'trail-touched.jsonl')
  await writeFile(copy, bytes)
  show.say(`One bit of byte ${at} is flipped in a copy:`)
  const { stdout } = await story.as.auditor(['audit', 'verify', copy], { expect: 2 })
  hold(/event \d+/.test(stdout), 'the verification should say which event was touched')
}
