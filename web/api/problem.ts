import { z } from 'zod'

/** RFC 9457 problem details, as the server sends every refusal. */
export const Problem = z.object({
  type: z.string().default('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string().default(''),
  code: z.string().default('unknown'),
  /** Which rule refused it, where one has a name. */
  rule: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
})
export type Problem = z.infer<typeof Problem>

export class ApiError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail || problem.title)
    this.name = 'ApiError'
    this.problem = problem
  }

  get status(): number {
    return this.problem.status
  }
}

/** The message for one field of a form, if the server named it: `name` is the field of `body.name` and of `body.administrator.name`. */
export function fieldError(error: unknown, path: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  const { errors } = error.problem
  const found =
    errors.find((entry) => entry.path === `body.${path}`) ?? errors.find((entry) => entry.path.endsWith(`.${path}`))
  return found?.message
}

/** Everything that the server found wrong with what was sent, each with its field; undefined where it named no field. */
export function fieldErrors({ errors }: Problem): string | undefined {
  if (errors.length === 0) return undefined
  return errors
    .map(({ path, message }) =>
      `${path.replace(/^(body|querystring|params)\.?/, '').replaceAll('_', ' ')}: ${message}`.replace(/^: /, ''),
    )
    .join('; ')
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined)
  const parsed = Problem.safeParse(body)
  if (parsed.success) return parsed.data
  return {
    type: 'about:blank',
    title: response.statusText || `Status ${response.status}`,
    status: response.status,
    detail: '',
    code: 'unknown',
    errors: [],
  }
}

export function unreachable(): Problem {
  return {
    type: 'about:blank',
    title: 'The server cannot be reached',
    status: 0,
    detail: 'No answer came back. Check that the server is running and that this machine can reach it, then try again.',
    code: 'unreachable',
    errors: [],
  }
}

/** A part of the application that the browser asked for and did not get. */
export function unloaded(): Problem {
  return {
    type: 'about:blank',
    title: 'This page could not be loaded',
    status: 0,
    detail: 'The server is away, or it runs another version than the pages that are open here.',
    code: 'unloaded',
    errors: [],
  }
}

export function misshapen(path: string, issue: string): Problem {
  return {
    type: 'about:blank',
    title: 'The answer does not have the expected shape',
    status: 0,
    detail: `${path}: ${issue}. The page and the server may be of different versions; reload the page.`,
    code: 'misshapen',
    errors: [],
  }
}
