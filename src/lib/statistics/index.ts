export { benjaminiHochberg, benjaminiYekutieli, bonferroni, holm, sidak } from './adjust.ts'
export { betaCdf, betaQuantile } from './beta.ts'
export { agrestiCaffo, logRatioAdjusted, scoreDifference, scoreRatio, waldDifference } from './difference-intervals.ts'
export { energyDistance, wasserstein } from './distances.ts'
export { gammaP, gammaQ, logBeta, logGamma } from './gamma.ts'
export {
  agrestiCoull,
  clopperPearson,
  criticalValue,
  type Interval,
  jeffreys,
  logRatio,
  newcombe,
  wald,
  wilson,
} from './intervals.ts'
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
export { type Moments, moments, type TTest, tTest, tTestOfMoments } from './t-tests.ts'
export { chi2Sf, kolmogorovSf, tSf } from './tails.ts'
export {
  chi2Homogeneity,
  chi2Yates,
  compareProportions,
  fisherExact,
  oddsRatio,
  type ProportionTest,
  twoProportionZ,
} from './two-samples.ts'
