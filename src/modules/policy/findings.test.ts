import { expect, test } from 'vitest'
import { appliedPolicy, snapshot } from '../../testing/snapshots.ts'
import { assess } from './evaluate.ts'
import { findingsLevel } from './findings.ts'
import { sentencesOf } from './sentences.ts'

const text = (name: string, from: string) => `format: modelkeep-policy-1
name: ${name}
title: A policy
scope: { tiers: [high], environments: [prod] }
findings: { block_from: ${from} }
`
const finding = (id: string, severity: 'low' | 'medium' | 'high', state = 'open') => ({
  id: `fnd_${id}`,
  title: `It is ${severity}`,
  severity,
  state,
  due_at: '2026-04-01T00:00:00.000Z',
})

test('a policy says from which severity on open findings block, in a sentence and as requirements', () => {
  const medium = appliedPolicy(text('careful', 'medium'))
  expect(sentencesOf(medium.document)).toEqual([
    {
      id: 'findings',
      sentence: 'No finding of medium severity or a higher one is open, on the version or on its model.',
    },
  ])
  const findings = [finding('a', 'low'), finding('b', 'medium'), finding('c', 'high', 'resolved')]
  expect(assess([medium], snapshot({ findings }), [])).toMatchObject({
    outcome: 'denied',
    requirements: [
      {
        id: 'finding-b',
        policy: { name: 'careful', version: 1 },
        state: 'blocked',
        who: 'developer',
        link: '/findings/fnd_b',
      },
      { id: 'finding-c', state: 'waiting', who: 'validator' },
    ],
  })
  expect(assess([medium], snapshot({ findings: [finding('a', 'low')] }), []).outcome).toBe('allowed')
})

test('what is strictest of the environment and the policies holds, and a finding blocks once', () => {
  const [low, high] = [appliedPolicy(text('first', 'low')), appliedPolicy(text('second', 'high'))]
  expect(assess([low, high], snapshot({ findings: [finding('c', 'high')] }), []).requirements).toHaveLength(1)
  expect(findingsLevel('critical', [low, high])).toBe('low')
  expect(findingsLevel('medium', [high])).toBe('medium')
  expect(findingsLevel('none', [high])).toBe('high')
  expect(findingsLevel('none', [])).toBe('none')
})
