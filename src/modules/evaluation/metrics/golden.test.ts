import { expect, test } from 'vitest'
import { areas } from '../../../../test/golden/areas.ts'
import { readGolden } from '../../../../test/golden/cases.ts'
import { outcomeOf } from '../../../../test/golden/outcome.ts'
import { describeShared, sharedPath } from '../../../testing/shared.ts'

/** One test for each file of each area; `npm run golden` prints what does not apply, and why. */
describeShared('figures against reference libraries', ['golden'], () => {
  for (const file of readGolden(sharedPath('golden'))) {
    const area = areas.find(({ name }) => name === file.area)
    if (!area) continue
    test(`${file.area}: ${file.name}`, { timeout: 120_000 }, async () => {
      const outcomes = await Promise.all(file.cases.map((each) => outcomeOf(area, each, file)))
      const wrong = outcomes.flatMap((outcome, i) =>
        outcome.kind === 'failed' ? [{ case: file.cases[i]?.id, wrong: outcome.wrong }] : [],
      )
      expect(wrong).toEqual([])
      expect(outcomes.some(({ kind }) => kind === 'passed')).toBe(true)
    })
  }
})
