import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  type ChangesInput,
  ChangesResult,
  Condition,
  type ConditionProof,
  ConditionResult,
  Decision,
  type DecisionInput,
  DecisionResult,
  Delegation,
  type DelegationInput,
  DelegationResult,
  type NoteInput,
  PrivateNote,
  Review,
  type ReviewInput,
  ReviewSheet,
  SeparationReport,
  SignedDecision,
  type TogetherInput,
  TogetherResult,
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

/** A refusal comes back as an answer with status 409. */
export const requestChanges = (id: string, input: ChangesInput) =>
  send('POST', at(['reviews', id, 'changes']), ChangesResult, input, [409])

export const resubmit = (id: string, text: string) => send('POST', at(['reviews', id, 'resubmit']), Review, { text })

/** A refusal comes back as an answer with status 409. */
export const delegate = (id: string, input: DelegationInput) =>
  send('POST', at(['reviews', id, 'delegations']), DelegationResult, input, [409])

export const endDelegation = (id: string, delegation: string) =>
  send('POST', at(['reviews', id, 'delegations', delegation, 'end']), Delegation)

export const putNote = (id: string, input: NoteInput) =>
  send('PUT', at(['reviews', id, 'note']), z.object({ notes: z.array(PrivateNote) }), input)

export const reportCondition = (id: string, report: string) =>
  send('POST', at(['conditions', id, 'report']), Condition, { report })

/** A refusal comes back as an answer with status 409. */
export const confirmCondition = (id: string, input: ConditionProof) =>
  send('POST', at(['conditions', id, 'confirm']), ConditionResult, input, [409])

export const conditionsOf = (model: string, version: number) =>
  queryOptions({
    queryKey: ['reviews', 'conditions', model, version],
    queryFn: async () =>
      (await get(at(['conditions'], { model, version, state: 'all' }), z.object({ conditions: z.array(Condition) })))
        .conditions,
  })

/** Every decision about a model, newest first. */
export const decisionsOfModel = (model: string) =>
  queryOptions({
    queryKey: ['reviews', 'decisions', model],
    queryFn: async () =>
      (await get(at(['decisions'], { model }), z.object({ decisions: z.array(Decision) }))).decisions,
  })

export const decideTogether = (input: TogetherInput) => send('POST', at(['decisions']), TogetherResult, input)

export const withdraw = (id: string) => send('POST', at(['reviews', id, 'withdraw']), Review)

export const separation = queryOptions({
  queryKey: ['reviews', 'separation'],
  queryFn: () => get('/decisions/separation', SeparationReport),
})

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
