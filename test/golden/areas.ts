import { drift } from './drift.ts'
import { estimated } from './estimated.ts'
import { explainability } from './explainability.ts'
import { fairness } from './fairness.ts'
import { mitigation } from './mitigation.ts'
import type { Area } from './outcome.ts'
import { performance } from './performance.ts'

/** The areas of golden values that the product computes. */
export const areas: readonly Area[] = [drift, estimated, explainability, fairness, mitigation, performance]
