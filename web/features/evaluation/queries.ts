import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  DecisionExplanation,
  Evaluation,
  type EvaluationInput,
  Evidence,
  type ExplainInput,
  ProtocolGuess,
  ProtocolVersion,
  Reproduction,
  VersionComparison,
} from '../../../src/modules/evaluation/schema.ts'
import { at, get, send } from '../../api/http.ts'

/** Newest first. */
export const evidenceOf = (model: string, version: number) =>
  queryOptions({
    queryKey: ['evaluation', 'evidence', model, version],
    queryFn: async () =>
      (await get(at(['evidence'], { model, version }), z.object({ evidence: z.array(Evidence) }))).evidence,
  })

export const evidence = (id: string) =>
  queryOptions({
    queryKey: ['evaluation', 'item', id],
    queryFn: () => get(at(['evidence', id]), Evidence),
    staleTime: Number.POSITIVE_INFINITY,
  })

export function isGoing(evaluation: Evaluation): boolean {
  return evaluation.state === 'queued' || evaluation.state === 'running'
}

/** Asked again every second while something is going on. */
export const evaluationsOf = (model: string, version: number) =>
  queryOptions({
    queryKey: ['evaluation', 'evaluations', model, version],
    queryFn: async () =>
      (await get(at(['evaluations'], { model, version }), z.object({ evaluations: z.array(Evaluation) }))).evaluations,
    refetchInterval: (query) => (query.state.data?.some(isGoing) ? 1000 : false),
  })

export const protocol = (model: string) =>
  queryOptions({
    queryKey: ['evaluation', 'protocol', model],
    queryFn: () => get(at(['models', model, 'protocol']), ProtocolVersion),
    retry: false,
  })

/** One evaluation, asked again while it goes on. */
export const evaluation = (id: string) =>
  queryOptions({
    queryKey: ['evaluation', 'evaluation', id],
    queryFn: () => get(at(['evaluations', id]), Evaluation),
    refetchInterval: (query) => (query.state.data && !isGoing(query.state.data) ? false : 400),
  })

/** What the columns of a table seem to mean. */
export const protocolGuess = (model: string, version: number, dataset: string) =>
  queryOptions({
    queryKey: ['evaluation', 'guess', model, version, dataset],
    queryFn: () => get(at(['models', model, 'protocol', 'guess'], { dataset, version }), ProtocolGuess),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })

export const putProtocol = (model: string, protocol: object) =>
  send('PUT', at(['models', model, 'protocol']), ProtocolVersion, protocol)

/** Why one row got its prediction. The trail says who asked. */
export const explainDecision = (model: string, version: number, input: Partial<ExplainInput>) =>
  send('POST', at(['models', model, 'versions', version, 'explain']), DecisionExplanation, input)

export const comparison = (model: string, a: number, b: number) =>
  queryOptions({
    queryKey: ['evaluation', 'comparison', model, a, b],
    queryFn: () => get(at(['models', model, 'compare'], { a, b }), VersionComparison),
  })

export const startEvaluation = (input: EvaluationInput) => send('POST', '/evaluations', Evaluation, input)
export const cancelEvaluation = (id: string) => send('POST', at(['evaluations', id, 'cancel']), Evaluation)
export const reproduce = (id: string) => send('POST', at(['evidence', id, 'reproduce']), Reproduction)
