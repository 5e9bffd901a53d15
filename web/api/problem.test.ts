import { expect, test } from 'vitest'
import { ApiError, fieldError, fieldErrors, Problem } from './problem.ts'

test('a form shows at each field what the server says about it, in the form in which the server says it', () => {
  const problem = Problem.parse({
    title: 'The request is not valid',
    status: 400,
    errors: [
      { path: 'body.administrator.name', message: 'at most 200 characters' },
      { path: 'body.sign_in', message: 'is missing' },
      { path: 'body', message: 'is not JSON' },
    ],
  })
  const error = new ApiError(problem)
  expect(fieldError(error, 'name')).toBe('at most 200 characters')
  expect(fieldError(error, 'administrator.name')).toBe('at most 200 characters')
  expect(fieldError(error, 'sign_in')).toBe('is missing')
  expect(fieldError(error, 'in')).toBeUndefined()
  expect(fieldError(new Error('other'), 'name')).toBeUndefined()
  expect(fieldErrors(problem)).toBe('administrator.name: at most 200 characters; sign in: is missing; is not JSON')
})
