import { z } from 'zod'
import { Figure } from './figure-schema.ts'

// Parts of a fairness result beyond the rates of groups.

const Moved = z.object({
  n: z.number(),
  /** Rows with the favourable label. */
  n_pos: z.number(),
  /** Rows at or above each cut, and those of them with the favourable label. */
  selected: z.array(z.number()),
  tp: z.array(z.number()),
})
/** What a group would get if the one threshold stood elsewhere: counts for each cut, groups that are withheld left out. */
export const ThresholdEffects = z.object({
  /** Ascending; the present threshold is among them. */
  cuts: z.array(z.number()),
  present: z.number(),
  all: Moved,
  groups: z.array(Moved.extend({ group: z.string(), state: z.enum(['ok', 'small']) })),
})
export type ThresholdEffects = z.infer<typeof ThresholdEffects>

/** Smoothed differential fairness of decisions and of labels (Foulds et al. 2020), in log shares; 0 is equal. */
export const Differential = z.object({
  decisions: Figure,
  labels: Figure.nullable(),
  /** How much more the decisions differ between groups than the labels do. */
  amplification: Figure.nullable(),
})
export type Differential = z.infer<typeof Differential>

/** Whether like rows are decided alike (Zemel et al. 2013): 1 where every row is decided as its neighbours are. */
export const Individual = z.object({
  consistency: Figure,
  neighbours: z.number(),
  /** Rows that were compared; more are sampled. */
  rows: z.number(),
  /** What likeness is measured by: numbers in standard deviations, words as same or other. */
  features: z.array(z.string()),
})
export type Individual = z.infer<typeof Individual>
