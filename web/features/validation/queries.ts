import { queryOptions } from '@tanstack/react-query'
import {
  type SectionInput,
  SectionText,
  type TestInput,
  type TestResult,
  Validation,
  ValidationTest,
} from '../../../src/modules/validation/schema.ts'
import { at, get, href, send } from '../../api/http.ts'

const path = (model: string, version: string | number) => ['models', model, 'versions', version, 'validation'] as const

export const validation = (model: string, version: string, environment: string) =>
  queryOptions({
    queryKey: ['validation', model, version, environment],
    queryFn: () => get(at([...path(model, version)], { environment }), Validation),
  })

export const planTest = ({ model, version }: Validation, input: TestInput) =>
  send('POST', at([...path(model, version), 'tests']), ValidationTest, input)

export const finishTest = (id: string, input: TestResult) =>
  send('POST', at(['validation', 'tests', id, 'result']), ValidationTest, input)

export const writeSection = ({ model, version }: Validation, input: SectionInput) =>
  send('PUT', at([...path(model, version), 'text']), SectionText, input)

/** Where the browser fetches the report as a file. */
export const reportAt = ({ model, version, environment }: Validation, format: 'markdown' | 'html') =>
  href([...path(model, version), 'report'], { environment, format })
