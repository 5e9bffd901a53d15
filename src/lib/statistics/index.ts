export { benjaminiHochberg, bonferroni, holm } from './adjust.ts'
export { betaCdf, betaQuantile } from './beta.ts'
export { energyDistance, wasserstein } from './distances.ts'
export { gammaP, gammaQ, logBeta, logGamma } from './gamma.ts'
export { clopperPearson, criticalValue, type Interval, logRatio, newcombe, wilson } from './intervals.ts'
export { kolmogorovStatisticSf } from './kolmogorov.ts'
export { type KolmogorovSmirnov, kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
export { erf, erfc, normalCdf, normalQuantile, normalSf } from './normal.ts'
export { percentileInterval, quantileSorted } from './quantile.ts'
export { binomial, multinomial, type Random, seeded } from './random.ts'
export {
  type AndersonDarling,
  andersonDarling,
  type CramerVonMises,
  cramerVonMises,
  type MannWhitney,
  mannWhitney,
} from './rank-tests.ts'
export { moments, type TTest, tTest } from './t-tests.ts'
export { chi2Sf, kolmogorovSf, tSf } from './tails.ts'
export {
  chi2Homogeneity,
  compareProportions,
  fisherExact,
  type ProportionTest,
  twoProportionZ,
} from './two-samples.ts'
