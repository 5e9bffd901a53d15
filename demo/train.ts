import LogisticRegression from 'ml-logistic-regression'
import { Matrix } from 'ml-matrix'
import { type Feature, featureValue, mitigatedFeatures, plainFeatures } from './features.ts'
import { resample, reweigh } from './reweigh.ts'
import type { WageRow } from './wages.ts'

export type TrainingStep = { readonly step: number; readonly loss: number; readonly train_accuracy: number }

export type WageModel = {
  readonly features: readonly Feature[]
  /** Of each feature over the training rows; a feature enters as (value - mean) / std. */
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly intercept: number
  readonly weights: readonly number[]
  /** At or above it the model says “high”. The same for everybody: a limit per group would be unlawful in many places. */
  readonly threshold: number
  readonly history: readonly TrainingStep[]
  readonly params: Readonly<Record<string, string | number>>
}

export type TrainInput = {
  readonly rows: readonly WageRow[]
  readonly mitigated: boolean
  readonly seed: number
  readonly onStep?: (step: number, metrics: { loss: number; train_accuracy: number }) => void
}

/** The survey's year; any seed tells the same story, see the tests. */
export const demoSeed = 1985

const steps = 120
const stepsPerReport = 5
/** For the mean gradient; the library sums over the rows, so it is divided by their number. */
const learningRate = 0.6
/** Draws per training row: with four, the sample follows the weights closely and stays quick to learn from. */
const drawsPerRow = 4

export function trainModel({ rows, mitigated, seed, onStep }: TrainInput): WageModel {
  const features = mitigated ? mitigatedFeatures : plainFeatures
  const sample = mitigated
    ? resample(
        rows,
        reweigh(rows, (row) => `${row.sex} ${row.ethnicity}`),
        rows.length * drawsPerRow,
        seed,
      )
    : rows

  const columns = features.map((feature) => sample.map((row) => featureValue(feature, row)))
  const mean = columns.map(meanOf)
  // A feature that never varies would divide by zero; it has nothing to teach either way.
  const std = columns.map((column) => Math.sqrt(meanOf(column.map((value) => (value - meanOf(column)) ** 2))) || 1)
  const shape = { features, mean, std }

  const inputs = new Matrix(sample.map((row) => [1, ...standardised(shape, row)]))
  const target = Matrix.columnVector(sample.map((row) => row.high_wage))

  const history: TrainingStep[] = []
  let weights: number[] = []
  // The library starts from zero and has no randomness, so training k steps afresh gives the k-th point of one and the
  // same descent: that is how it can be watched, although it reports nothing itself.
  for (let step = stepsPerReport; step <= steps; step += stepsPerReport) {
    const learner = new LogisticRegression({ numSteps: step, learningRate: learningRate / sample.length })
    learner.train(inputs, target)
    const [classifier] = learner.classifiers
    if (!classifier) throw new Error('the learner returned no classifier')
    weights = classifier.weights.to1DArray()
    const metrics = measure(classifier.testScores(inputs), sample)
    history.push({ step, ...metrics })
    onStep?.(step, metrics)
  }

  const [intercept = 0, ...slopes] = weights
  const params = {
    learner: 'ml-logistic-regression 2.0.0',
    steps,
    learning_rate: learningRate,
    features: features.length,
    threshold: 0.5,
    seed,
    mitigation: mitigated ? 'reweighing by sex and ethnicity, protected features left out' : 'none',
    ...(mitigated ? { draws_per_row: drawsPerRow } : {}),
  }
  return { ...shape, intercept, weights: slopes, threshold: 0.5, history, params }
}

/** The probability of a high wage. */
export function scoreRow(model: WageModel, row: WageRow): number {
  const inputs = standardised(model, row)
  const logit = inputs.reduce((sum, value, i) => sum + value * (model.weights[i] ?? 0), model.intercept)
  return 1 / (1 + Math.exp(-logit))
}

function standardised(model: Pick<WageModel, 'features' | 'mean' | 'std'>, row: WageRow): number[] {
  return model.features.map((feature, i) => (featureValue(feature, row) - (model.mean[i] ?? 0)) / (model.std[i] ?? 1))
}

function measure(scores: readonly number[], rows: readonly WageRow[]): { loss: number; train_accuracy: number } {
  const ofTruth = rows.map((row, i) => (row.high_wage === 1 ? (scores[i] ?? 0) : 1 - (scores[i] ?? 0)))
  return {
    loss: meanOf(ofTruth.map((probability) => -Math.log(probability))),
    train_accuracy: meanOf(ofTruth.map((probability) => (probability > 0.5 ? 1 : 0))),
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
