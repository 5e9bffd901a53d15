import { z } from 'zod'
import { VersionNumberText } from '../registry/schema.ts'
import { Figure } from './figure-schema.ts'
import { EvidenceKind, FigureLimit } from './protocol-schema.ts'

/** How a difference was judged: on the same rows one by one, or from the two intervals alone. */
export const ComparisonBasis = z.enum(['paired', 'intervals', 'none'])
export type ComparisonBasis = z.infer<typeof ComparisonBasis>

export const ComparedFigure = z.object({
  kind: EvidenceKind,
  /** Dotted path in the result; what stands in [brackets] names an entry of a list. */
  figure: z.string(),
  a: Figure,
  b: Figure,
  /** b - a with its limits, as far as there are any; null where a side has no number. */
  difference: z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() }).nullable(),
  basis: ComparisonBasis,
  /** Of a paired test, adjusted. */
  p: z.number().nullable(),
  /** More than chance explains. */
  decisive: z.boolean(),
  /** Which side of it is better; null where neither is. */
  better: z.enum(['higher', 'lower']).nullable(),
  /** The strictest limit of the protocol on this figure, and which side keeps it. */
  limit: FigureLimit.pick({ is: true, limit: true })
    .extend({ a: z.boolean().nullable(), b: z.boolean().nullable(), crossed: z.boolean() })
    .nullable(),
})
export type ComparedFigure = z.infer<typeof ComparedFigure>

export const ComparedKind = z.object({
  kind: EvidenceKind,
  /** Evidence of each side; null where there is none. */
  a: z.string().nullable(),
  b: z.string().nullable(),
  /** What is not the same: method, settings, dataset, protocol. Empty where figures can be compared one by one. */
  differs: z.array(z.enum(['method', 'settings', 'dataset', 'protocol'])),
})
export type ComparedKind = z.infer<typeof ComparedKind>

export const VersionComparison = z.object({
  model: z.string(),
  a: z.int(),
  b: z.int(),
  kinds: z.array(ComparedKind),
  /** Limits that are crossed first, then what chance does not explain, then the rest. */
  figures: z.array(ComparedFigure),
})
export type VersionComparison = z.infer<typeof VersionComparison>

export const CompareQuery = z.strictObject({ a: VersionNumberText, b: VersionNumberText })
