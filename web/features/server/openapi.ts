import { z } from 'zod'

/** As much of OpenAPI 3 as the reference page reads; everything else passes through unread. */
const Schema = z.record(z.string(), z.unknown())
export type Schema = z.infer<typeof Schema>

const Content = z.record(z.string(), z.object({ schema: Schema.optional() }))

export const Operation = z.object({
  summary: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).default([]),
  operationId: z.string().optional(),
  parameters: z
    .array(
      z.object({
        name: z.string().default(''),
        in: z.string().default(''),
        required: z.boolean().default(false),
        description: z.string().optional(),
        schema: Schema.optional(),
      }),
    )
    .default([]),
  requestBody: z.object({ content: Content.default({}) }).optional(),
  responses: z
    .record(z.string(), z.object({ description: z.string().optional(), content: Content.optional() }))
    .default({}),
  security: z.array(z.unknown()).optional(),
  'x-requires': z.string().optional(),
})
export type Operation = z.infer<typeof Operation>

export const OpenApi = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string(), description: z.string().optional() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), Schema).default({}) }).optional(),
})
export type OpenApi = z.infer<typeof OpenApi>
