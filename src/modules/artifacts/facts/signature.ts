import { z } from 'zod'
import type { MlmodelFacts, SignatureField } from './schema.ts'
import { Unreadable } from './unreadable.ts'

const maxFields = 10_000

const Spec = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  required: z.boolean().optional(),
  'tensor-spec': z.looseObject({ dtype: z.string(), shape: z.array(z.int()) }).optional(),
})
const Specs = z.array(Spec).max(maxFields)
/** Older MLflow releases call the type of a parameter `type`, and `dtype` beside it. */
const Params = z
  .array(z.looseObject({ name: z.string(), type: z.string().optional(), dtype: z.string().optional() }))
  .max(maxFields)

/** MLflow writes a signature as JSON texts inside the YAML; a part that is missing or null has no fields. */
export function readSignature(signature: unknown): MlmodelFacts['signature'] {
  if (signature === null || signature === undefined) return null
  const parts = z.looseObject({}).safeParse(signature)
  if (!parts.success) throw new Unreadable('its signature is not a mapping')
  const { inputs, outputs, params } = parts.data
  return {
    inputs: parsed(Specs, 'inputs', inputs).map(toField),
    outputs: parsed(Specs, 'outputs', outputs).map(toField),
    params: parsed(Params, 'params', params).map(({ name, type, dtype }) => ({
      name,
      type: dtype ?? type ?? 'unknown',
    })),
  }
}

function toField(spec: z.infer<typeof Spec>): SignatureField {
  const tensor = spec['tensor-spec']
  return {
    name: spec.name ?? null,
    type: tensor?.dtype ?? spec.type,
    required: spec.required ?? true,
    shape: tensor?.shape ?? null,
  }
}

function parsed<T>(schema: z.ZodType<T[]>, part: string, text: unknown): T[] {
  if (text === null || text === undefined) return []
  if (typeof text !== 'string') throw new Unreadable(`the ${part} of its signature are not a JSON text`)
  const result = schema.safeParse(jsonOf(text, part))
  if (!result.success) throw new Unreadable(`the ${part} of its signature do not have the form MLflow gives them`)
  return result.data
}

function jsonOf(text: string, part: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Unreadable(`the ${part} of its signature are not JSON`)
  }
}
