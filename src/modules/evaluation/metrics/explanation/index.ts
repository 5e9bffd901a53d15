export { type Counterfactual, counterfactuals } from './counterfactual.ts'
export { type Dependence, partialDependence } from './dependence.ts'
export { batchRows, type Column, type Frame, type Predict, take, takeRows, withColumn } from './frame.ts'
export { type Linear, linearShap } from './linear-shap.ts'
export {
  type Importance,
  importanceByOrders,
  type PermutationImportance,
  permutationImportance,
  type Score,
  shuffle,
} from './permutation.ts'
export { type Attribution, meanAbsolute, mostExact, shapleyValues } from './shapley.ts'
export { evaluateTrees, type Tree, type TreeEnsemble, treeShap } from './tree-shap.ts'
