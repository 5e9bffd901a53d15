import { expect, test } from 'vitest'
import { drawFrom, rankOf } from './draw.ts'

const members = (['high', 'high', 'low', 'low', 'low', null] as const).map((tier, i) => ({ id: `dec_${i}`, tier }))

test('a draw depends on ids, seed and size alone, and is what docs/formats.md says', () => {
  // printf 'audit 2026\ndec_0' | sha256sum
  expect(rankOf('audit 2026', 'dec_0')).toBe('50aafd5d2c7b1a80345e684257bc3b7a0bd94b8c74385b12977eab2c56020425')
  const draw = { size: 3, seed: 'audit 2026', by_tier: false }
  const drawn = drawFrom(members, draw)
  const byHand = members.map(({ id }) => id).toSorted((a, b) => (rankOf(draw.seed, a) < rankOf(draw.seed, b) ? -1 : 1))
  expect(drawn.rows.map(({ id }) => id)).toEqual(byHand.slice(0, 3))
  expect(drawFrom(members.toReversed(), draw)).toEqual(drawn)
  expect(drawn.strata).toEqual([{ tier: null, size: 6, drawn: 3 }])
  // A larger sample holds the smaller one.
  expect(drawFrom(members, { ...draw, size: 5 }).rows.slice(0, 3)).toEqual(drawn.rows)
  // printf 'dec_0\ndec_1\n…dec_5\n' | sha256sum
  expect(drawn.digest).toBe('sha256:58af9c6e3aba7aab221494030d9d6071f934024e87de6bab46eefe7c12b1bb40')
})

test('each tier gives its part, and says how large it is', () => {
  const { rows, strata } = drawFrom(members, { size: 2, seed: 's', by_tier: true })
  expect(strata).toEqual([
    { tier: 'high', size: 2, drawn: 2 },
    { tier: 'low', size: 3, drawn: 2 },
    { tier: null, size: 1, drawn: 1 },
  ])
  expect(rows.map(({ tier }) => tier)).toEqual(['high', 'high', 'low', 'low', null])
  expect(drawFrom(members, null).rows.map(({ id, rank }) => [id, rank])).toEqual(members.map(({ id }) => [id, null]))
})
