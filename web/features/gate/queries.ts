import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { AdmissionRules } from '../../../src/modules/admission/schema.ts'
import {
  Explanation,
  type ExplanationQuery,
  GateCaller,
  type GateQuestion,
  GateReport,
  Revocation,
  type RevocationInput,
  Standing,
  Verdict,
} from '../../../src/modules/gate/schema.ts'
import { at, get, send } from '../../api/http.ts'

export const standing = (model: string, version: number, environment?: string) =>
  queryOptions({
    queryKey: ['gate', 'standing', model, version, environment ?? null],
    queryFn: () => get(at(['models', model, 'versions', version, 'standing'], { environment }), Standing),
  })

/** As it is now, looked at more than once a second while the page is seen: whoever reads it learns at once that something changed. */
export const liveStanding = (...about: Parameters<typeof standing>) => ({
  ...standing(...about),
  refetchInterval: (query: { state: { error: unknown } }) => (query.state.error ? 10_000 : 800),
})

export const verdict = (id: string) =>
  queryOptions({
    queryKey: ['gate', 'verdict', id],
    queryFn: () => get(at(['gate', 'verdicts', id]), Verdict),
  })

export const verdicts = (filter: { model?: string; version?: number; environment?: string; limit?: number }) =>
  queryOptions({
    queryKey: ['gate', 'verdicts', filter],
    queryFn: async () =>
      (await get(at(['gate', 'verdicts'], filter), z.object({ verdicts: z.array(Verdict) }))).verdicts,
  })

export const report = queryOptions({
  queryKey: ['gate', 'report'],
  queryFn: () => get(at(['gate', 'report']), GateReport),
})

/** Takes verdicts back that let something run. */
export const revoke = (input: RevocationInput) =>
  send('POST', '/gate/revocations', z.object({ revoked: z.array(Revocation) }), input)

/** The answer as a tree, also with something assumed or at a moment to come. */
export const explanation = (model: string, version: string, query: ExplanationQuery) =>
  queryOptions({
    queryKey: ['gate', 'explanation', model, version, query],
    queryFn: () => get(at(['models', model, 'versions', version, 'explanation'], query), Explanation),
  })

export const callers = (model: string, environment: string) =>
  queryOptions({
    queryKey: ['gate', 'callers', model, environment],
    queryFn: async () =>
      (await get(at(['models', model, 'gate', 'callers'], { environment }), z.object({ callers: z.array(GateCaller) })))
        .callers,
  })

export const askGate = (question: GateQuestion) => send('POST', '/gate/checks', Verdict, question)

export const admissionRules = queryOptions({
  queryKey: ['gate', 'admission'],
  queryFn: async () => (await get(at(['admission', 'rules']), z.object({ rules: z.array(AdmissionRules) }))).rules,
})
