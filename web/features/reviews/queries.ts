import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  Decision,
  type DecisionInput,
  DecisionResult,
  Review,
  type ReviewInput,
  ReviewSheet,
  SignedDecision,
  Waiver,
  type WaiverInput,
  WaiverResult,
} from '../../../src/modules/reviews/schema.ts'
import { at, get, send } from '../../api/http.ts'

export type ReviewFilter = { state?: 'open' | 'all'; model?: string; version?: number }

export const reviews = (filter: ReviewFilter) =>
  queryOptions({
    queryKey: ['reviews', 'list', filter],
    queryFn: async () => (await get(at(['reviews'], filter), z.object({ reviews: z.array(Review) }))).reviews,
  })

export const reviewSheet = (id: string) =>
  queryOptions({ queryKey: ['reviews', 'sheet', id], queryFn: () => get(at(['reviews', id]), ReviewSheet) })

export const requestReview = (model: string, version: number, input: ReviewInput) =>
  send('POST', at(['models', model, 'versions', version, 'reviews']), Review, input)

/** A refusal comes back as an answer with status 409. */
export const decide = (id: string, input: DecisionInput) =>
  send('POST', at(['reviews', id, 'decisions']), DecisionResult, input, [409])

export const withdraw = (id: string) => send('POST', at(['reviews', id, 'withdraw']), Review)

export const decisionsOf = (model: string, version: number) =>
  queryOptions({
    queryKey: ['reviews', 'decisions', model, version],
    queryFn: async () =>
      (await get(at(['decisions'], { model, version }), z.object({ decisions: z.array(Decision) }))).decisions,
  })

export const signedDecision = (id: string) =>
  queryOptions({
    queryKey: ['reviews', 'decision', id],
    queryFn: () => get(at(['decisions', id]), SignedDecision),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const waiversOf = (model: string, version: number) =>
  queryOptions({
    queryKey: ['reviews', 'waivers', model, version],
    queryFn: async () =>
      (await get(at(['models', model, 'versions', version, 'waivers']), z.object({ waivers: z.array(Waiver) })))
        .waivers,
  })

/** A refusal comes back as an answer with status 409. */
export const giveWaiver = (model: string, version: number, input: WaiverInput) =>
  send('POST', at(['models', model, 'versions', version, 'waivers']), WaiverResult, input, [409])

export const withdrawWaiver = (id: string) => send('POST', at(['waivers', id, 'withdraw']), Waiver)
