import { type Evidence, MulticlassResult, RegressionResult } from '../../../../src/modules/evaluation/schema.ts'
import { ResultAsItIs } from '../ResultAsItIs.tsx'
import { Performance } from '../results.ts'
import { BinaryPerformance } from './BinaryPerformance.tsx'
import { MulticlassPerformance } from './MulticlassPerformance.tsx'
import { RegressionPerformance } from './RegressionPerformance.tsx'

/** How good it is, by task. */
export function PerformancePanel({ item }: { item: Evidence }) {
  const several = MulticlassResult.safeParse(item.result)
  if (several.success) return <MulticlassPerformance result={several.data} />
  const number = RegressionResult.safeParse(item.result)
  if (number.success) return <RegressionPerformance result={number.data} />
  const two = Performance.safeParse(item.result)
  return two.success ? <BinaryPerformance result={two.data} /> : <ResultAsItIs item={item} />
}
