/** What the demo uses of ml-logistic-regression, which ships no types. */
declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix'

  class LogisticRegression {
    constructor(options: { numSteps: number; learningRate: number })
    /** One against all: classifier i tells every other class from class i, so classifier 0 scores class 1 of two. */
    readonly classifiers: readonly { readonly weights: Matrix; testScores(features: Matrix): number[] }[]
    train(features: Matrix, target: Matrix): void
  }
  export = LogisticRegression
}
