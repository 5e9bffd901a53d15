import type { Calibration } from './calibration.ts'
import type { Adjustment, Comparison } from './comparison.ts'
import type { CompositeName, Confusion, RateName } from './confusion.ts'
import type { Figure } from './figure.ts'
import type { Attribute } from './groups.ts'

export type GroupState = 'ok' | 'small' | 'suppressed'
export type GroupFigure =
  | RateName
  | Extract<CompositeName, 'balanced_accuracy' | 'f1'>
  | 'mean_score'
  | 'auc'
  | 'ece'
  | 'calibration_in_the_large'

export type FairnessOptions = {
  /** Groups below this many rows are withheld (10). */
  readonly suppressBelow?: number
  /** Groups below this many rows are shown and flagged (30). */
  readonly flagBelow?: number
  /** What a rate without a denominator counts as: nothing, or 0 as in fairlearn. */
  readonly emptyRate?: 'undefined' | 'zero'
  readonly adjustment?: Adjustment
  /** Reference group by attribute name; the intersection goes by its joined name. */
  readonly references?: Readonly<Record<string, string>>
}

export type FairnessInput = {
  /** 1 is the favourable label. */
  readonly y: Uint8Array
  /** 1 is the favourable prediction. */
  readonly predicted: Uint8Array
  readonly score?: Float64Array
  readonly attributes: readonly Attribute[]
  readonly intersections: boolean
  readonly seed: number
  readonly rounds: number
  readonly options?: FairnessOptions
}

export type GroupRow = {
  readonly group: string
  readonly n: number
  /** Share of all rows. */
  readonly share: number
  /** Favourable labels and favourable predictions; null where the group is suppressed. */
  readonly n_pos: number | null
  readonly selected: number | null
  readonly counts: Confusion | null
  readonly state: GroupState
  readonly rates: Readonly<Partial<Record<GroupFigure, Figure>>>
  readonly calibration: Calibration | null
}

export type Gap = {
  readonly difference: Figure
  readonly ratio: Figure
  readonly highest: string | null
  readonly lowest: string | null
}

export type Disparity = Gap & {
  readonly difference_to_overall: Figure
  readonly ratio_to_overall: Figure
  /** Groups left out because the rate is undefined, or because they are suppressed. */
  readonly undefined_groups: readonly string[]
  readonly suppressed_groups: readonly string[]
  /** True when the highest or lowest group is small or expects fewer than 5 in a cell: not enough to decide a gate. */
  readonly rests_on_small: boolean
  /** The same over groups large enough to decide on. */
  readonly established: Gap
  /** Lowest against highest group; null below two groups. */
  readonly test: Comparison['test'] | null
  readonly p: number | null
  readonly p_adjusted: number | null
  /** Every group against the highest. */
  readonly comparisons: readonly Comparison[]
}

export type EqualizedOdds = {
  readonly difference: Figure
  readonly difference_mean: Figure
  readonly ratio: Figure
  readonly ratio_mean: Figure
  /** True when TPR or FPR could not be compared, so that the figures rest on the other alone. */
  readonly partial: boolean
}

export type ImpactRow = {
  readonly group: string
  readonly n: number
  readonly share: number
  readonly state: GroupState
  readonly selected: number | null
  readonly selection_rate: Figure
  /** Group with the highest selection rate, and whether it is itself small. */
  readonly versus: string | null
  readonly versus_small: boolean
  readonly impact_ratio: Figure
  /** At least four fifths of the highest rate; null where that cannot be said. */
  readonly passes: boolean | null
  /** Further selections that would bring the group to four fifths of the highest rate, all else equal. */
  readonly shortfall: number | null
  readonly test: Comparison['test'] | null
  readonly p: number | null
  readonly p_adjusted: number | null
}

export type DisparityName = RateName
export type AttributeFairness = {
  readonly groups: readonly GroupRow[]
  /** Labels without rows, at most 1000 of them. */
  readonly empty: readonly string[]
  readonly empty_count: number
  readonly disparities: Readonly<Record<DisparityName, Disparity>> & {
    readonly equalized_odds: EqualizedOdds
    readonly equalized_odds_established: EqualizedOdds
  }
  readonly impact: readonly ImpactRow[]
  readonly reference: {
    readonly group: string
    readonly rates: Readonly<Record<DisparityName, readonly Comparison[]>>
    /** Everyone else against the reference group, signed, as AIF360 defines them. */
    readonly parity: Readonly<Record<string, Figure>>
  } | null
  readonly inequality: Readonly<Record<'between_group_theil' | 'between_group_entropy_2', Figure>>
}

export type GroupFairness = {
  readonly n: number
  readonly counts: Confusion
  readonly rates: Readonly<Partial<Record<GroupFigure, Figure>>>
  readonly inequality: Readonly<Record<'theil' | 'generalised_entropy_2', Figure>>
  readonly attributes: Readonly<Record<string, AttributeFairness>>
  /** Null with fewer than two attributes, or when not asked for. */
  readonly intersection: (AttributeFairness & { readonly name: string }) | null
  readonly parameters: {
    readonly seed: number
    readonly rounds: number
    readonly suppress_below: number
    readonly flag_below: number
    readonly empty_rate: 'undefined' | 'zero'
    readonly adjustment: Adjustment
    readonly confidence: number
  }
}
