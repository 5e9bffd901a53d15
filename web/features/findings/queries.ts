import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  Finding,
  FindingComment,
  type FindingInput,
  FindingSheet,
  VerifyResult,
} from '../../../src/modules/findings/schema.ts'
import { at, get, send } from '../../api/http.ts'

export type FindingFilter = { state?: 'open' | 'closed' | 'all'; model?: string; version?: number; owner?: string }

export const findings = (filter: FindingFilter) =>
  queryOptions({
    queryKey: ['findings', 'list', filter],
    queryFn: async () => (await get(at(['findings'], filter), z.object({ findings: z.array(Finding) }))).findings,
  })

export const findingSheet = (id: string) =>
  queryOptions({ queryKey: ['findings', 'sheet', id], queryFn: () => get(at(['findings', id]), FindingSheet) })

export const openFinding = (input: FindingInput) => send('POST', at(['findings']), Finding, input)

export type Step = 'plan' | 'resolve' | 'reopen'
export const takeStep = (id: string, step: Step, body: Record<string, string>) =>
  send('POST', at(['findings', id, step]), Finding, body)

/** A refusal comes back as an answer with status 409. */
export const verifyFinding = (id: string, note: string) =>
  send('POST', at(['findings', id, 'verify']), VerifyResult, { note }, [409])

export const sayAbout = (id: string, text: string) =>
  send('POST', at(['findings', id, 'comments']), FindingComment, { text })
