import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { AssessmentChange, AssessmentContent, NewAssessment, Traces } from '../../modules/traces/index.ts'
import { invalidParameter, missingParameter } from './errors.ts'
import type { Fields } from './fields.ts'
import { mlflowRoute } from './route.ts'
import { assessmentOf, millisOfMoment } from './trace-messages.ts'

/** What people, judges and programs say of a trace. */
export function mlflowAssessments(app: FastifyInstance, at: (req: FastifyRequest) => Traces) {
  const path = '/mlflow/traces/:trace_id/assessments'

  mlflowRoute(app, 'POST', path, 'tracking.write', async (req, fields) => {
    const made = await at(req).assessments.create(req.actor, pathIn(req, 'trace_id'), newAssessment(said(fields)))
    return { assessment: assessmentOf(made) }
  })

  mlflowRoute(app, 'GET', `${path}/:assessment_id`, 'tracking.read', async (req) => ({
    assessment: assessmentOf(await at(req).assessments.get(pathIn(req, 'trace_id'), pathIn(req, 'assessment_id'))),
  }))

  mlflowRoute(app, 'PATCH', `${path}/:assessment_id`, 'tracking.write', async (req, fields) => {
    const change = changeIn(said(fields), fields.text('update_mask') ?? '')
    const [trace, id] = [pathIn(req, 'trace_id'), pathIn(req, 'assessment_id')]
    return { assessment: assessmentOf(await at(req).assessments.update(req.actor, trace, id, change)) }
  })

  mlflowRoute(app, 'DELETE', `${path}/:assessment_id`, 'tracking.write', async (req) => {
    await at(req).assessments.remove(req.actor, pathIn(req, 'trace_id'), pathIn(req, 'assessment_id'))
    return undefined
  })
}

function said(fields: Fields): Fields {
  const assessment = fields.message('assessment')
  if (!assessment) throw missingParameter('assessment')
  return assessment
}

function newAssessment(fields: Fields): NewAssessment {
  const source = fields.message('source')
  if (!source) throw missingParameter('assessment.source')
  const moment = (key: string) => {
    const text = fields.text(key)
    return text === undefined ? undefined : millisOfMoment(text, key)
  }
  return {
    name: fields.requiredText('assessment_name'),
    source_type: source.text('source_type') ?? 'SOURCE_TYPE_UNSPECIFIED',
    source_id: source.text('source_id') ?? null,
    span_id: fields.text('span_id') ?? null,
    overrides: fields.text('overrides') ?? null,
    valid: fields.raw('valid') !== false,
    create_time: moment('create_time'),
    last_update_time: moment('last_update_time'),
    content: contentIn(fields, contentKeys),
  }
}

const contentKeys = ['feedback', 'expectation', 'issue', 'rationale', 'metadata'] as const
type ContentKey = (typeof contentKeys)[number]

function contentIn(fields: Fields, keys: readonly ContentKey[]): AssessmentContent {
  const content: AssessmentContent = {}
  for (const key of keys) {
    if (key === 'rationale') {
      const text = fields.text(key)
      if (text !== undefined) content.rationale = text
    } else {
      if (fields.message(key)) content[key] = fields.raw(key) as JsonObject
    }
  }
  return content
}

/** Only what the mask names is changed; the names are those of the fields, in either of protobuf's spellings. */
function changeIn(fields: Fields, mask: string): AssessmentChange {
  const change: AssessmentChange = {}
  const keys: ContentKey[] = []
  for (const name of mask.split(',').map((part) => part.trim())) {
    const key = contentKeys.find((each) => each === name)
    if (key) keys.push(key)
    else if (name === 'assessmentName' || name === 'assessment_name')
      change.name = fields.requiredText('assessment_name')
    else if (name === 'valid') {
      const valid = fields.raw('valid') ?? false
      if (typeof valid !== 'boolean') throw invalidParameter('assessment.valid', valid)
      change.valid = valid
    } else if (name === '') throw missingParameter('update_mask')
    else throw badRequest(`The update mask names '${name}', which cannot be changed.`)
  }
  return { ...change, content: contentIn(fields, keys) }
}

export function pathIn(req: FastifyRequest, key: string): string {
  const value = (req.params as Record<string, string>)[key] ?? ''
  if (value === '' || value.includes('\0')) throw invalidParameter(key, value)
  return value
}

/** A map of texts, as protobuf has it in JSON. */
export function textsIn(fields: Fields, key: string): { key: string; value: string }[] {
  const map = fields.message(key)
  const source = fields.raw(key)
  if (!map || typeof source !== 'object' || source === null) return []
  return Object.keys(source).map((name) => {
    if (name.includes('\0')) throw badRequest(`Parameter '${key}' contains a NUL character.`)
    return { key: name.toWellFormed(), value: map.text(name) ?? '' }
  })
}
