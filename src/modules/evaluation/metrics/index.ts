export { type BinaryFigure, type BinaryInput, type BinaryPerformance, binaryPerformance } from './binary.ts'
export type { BootstrapOptions } from './binary-bootstrap.ts'
export { type Calibration, type CalibrationBin, calibrationByMass, calibrationByWidth } from './calibration.ts'
export { fitCalibration } from './calibration-curve.ts'
export type { Adjustment, Comparison } from './comparison.ts'
export { type Confusion, composite, confusion, type RateName, rate, rateNames, rateValue } from './confusion.ts'
export { partialAuc, type RocPoint, rocCurve, tprAt } from './curves.ts'
export { comparePairedAuc, type PairedAuc } from './delong.ts'
export { biasAmplification, differentialFairness } from './differential.ts'
export type {
  AttributeFairness,
  Disparity,
  EqualizedOdds,
  FairnessInput,
  FairnessOptions,
  Gap,
  GroupFairness,
  GroupFigure,
  GroupRow,
  GroupState,
  ImpactRow,
} from './fairness-types.ts'
export { type Figure, none, numberOf, type OkFigure, ok, suppressed } from './figure.ts'
export { groupFairness } from './group-fairness.ts'
export type { Attribute } from './groups.ts'
export { consistency } from './individual.ts'
export { coefficientOfVariation, generalisedEntropy, theil } from './inequality.ts'
export { type LiftBin, liftTable } from './lift.ts'
export { brier, logLoss } from './loss.ts'
export {
  type ClassFigures,
  type MulticlassInput,
  type MulticlassPerformance,
  multiclassPerformance,
} from './multiclass.ts'
export { multiclassIntervals } from './multiclass-bootstrap.ts'
export { parity } from './parity.ts'
export { auc, averagePrecision, confusionAt, ks, type ScoreSteps, scoreSteps } from './ranking.ts'
export { type RegressionFigure, type RegressionPerformance, regressionPerformance } from './regression.ts'
export { regressionIntervals } from './regression-bootstrap.ts'
export { thresholdEffects } from './threshold-effects.ts'
