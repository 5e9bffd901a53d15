import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  Alarm,
  type AnswerInput,
  Assignment,
  type AssignmentInput,
  type DeputyInput,
  Handover,
  type HandoverInput,
  Load,
  Matrix,
  type MatrixQuery,
  type Subject,
} from '../../../src/modules/duties/schema.ts'
import { at, get, send } from '../../api/http.ts'

export type DutyFilter = Partial<Omit<MatrixQuery, 'limit'>>

export const matrix = (filter: DutyFilter) =>
  queryOptions({
    queryKey: ['duties', 'matrix', filter],
    queryFn: () => get(at(['duties'], filter), Matrix),
    placeholderData: (before) => before,
  })

export const load = queryOptions({
  queryKey: ['duties', 'load'],
  queryFn: async () => (await get('/duties/load', z.object({ load: z.array(Load) }))).load,
})

export const alarms = queryOptions({
  queryKey: ['duties', 'alarms'],
  queryFn: async () => (await get('/duties/alarms', z.object({ alarms: z.array(Alarm) }))).alarms,
})

const Assignments = z.object({ assignments: z.array(Assignment) })

export const openDutiesOf = (person: string) =>
  queryOptions({
    queryKey: ['duties', 'of', person],
    queryFn: async () => (await get(at(['assignments'], { person, state: 'open' }), Assignments)).assignments,
  })

/** What a duty is proposed on. */
export const about = ({ type, name }: Pick<Subject, 'type' | 'name'>) =>
  type === 'model' ? { model: name } : { system: name }

export const propose = (input: AssignmentInput) => send('POST', '/assignments', Assignment, input)
export const answer = (id: string, input: AnswerInput) =>
  send('POST', at(['assignments', id, 'answer']), Assignment, input)
export const endDuty = (id: string, reason: string) =>
  send('POST', at(['assignments', id, 'end']), Assignment, { reason })
export const appointDeputy = (id: string, input: DeputyInput) =>
  send('POST', at(['assignments', id, 'deputies']), Assignment, input)
export const endDeputy = (id: string, deputy: string) =>
  send('POST', at(['assignments', id, 'deputies', deputy, 'end']), Assignment)
export const handOver = (input: HandoverInput) => send('POST', '/duties/handover', Handover, input)
