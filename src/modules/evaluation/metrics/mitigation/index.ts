export { removeCorrelation } from './correlation-remover.ts'
export { type EqualizingChanges, equalizeOdds } from './equalized-odds.ts'
export { type Reweighing, reweighing } from './reweighing.ts'
export {
  type Constraint,
  constraints,
  type GroupEffect,
  type GroupRule,
  type Objective,
  objectives,
  optimizeThresholds,
  type ThresholdPlan,
} from './thresholds.ts'
