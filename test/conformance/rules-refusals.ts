import type { Difference, Rule } from './rules-shape.ts'

const isRefusal = ({ actual }: Difference) => actual.status === 400 || actual.status === 404
const wasTaken = ({ exchange }: Difference) => exchange.status < 300

/** What we refuse, or refuse in other words, and the recorded server does not. */
export const refusalRules: readonly Rule[] = [
  {
    reason: 'a value of the wrong type is named, where the recorded server ignores or zeroes it',
    holds: (difference) =>
      wasTaken(difference) &&
      difference.actual.status === 400 &&
      /^Invalid value .* for parameter '.+' supplied: /.test(String(difference.came.message)),
  },
  {
    reason: 'a body that is not JSON or not UTF-8 is named, not taken for an empty one',
    holds: ({ exchange, actual, came }) =>
      exchange.status === 400 &&
      actual.status === 400 &&
      /^The request body is not (JSON|UTF-8|a JSON object)/.test(String(came.message)),
  },
  {
    reason: 'PostgreSQL cannot store NUL characters, so both engines refuse them',
    holds: (difference) => {
      const { request_body, path, query } = difference.exchange
      const has = `${request_body ?? ''}`.includes('\\u0000') || `${path}?${query ?? ''}`.includes('%00')
      return has && difference.actual.status === 400
    },
  },
  {
    reason: 'a path that means another one, or has a backslash or a control character, is refused and never stored',
    holds: (difference) => {
      const { exchange, query } = difference
      const [, inPath] = /\/mlflow-artifacts\/artifacts\/(.*)$/.exec(exchange.path) ?? []
      const path = inPath ?? query.get('path')
      return typeof path === 'string' && isRefusal(difference) && isHostile(path)
    },
  },
  {
    reason: 'names of models end at 256 characters, as MLflow documents',
    holds: (difference) => {
      const { name = '', new_name = '' } = difference.sent
      const longest = Math.max(String(name).length, String(new_name).length)
      return /\/registered-models\//.test(difference.exchange.path) && longest > 256 && difference.actual.status === 400
    },
  },
  {
    reason: 'a permission on an experiment that does not exist would hold for whatever takes its id later',
    holds: (difference) =>
      difference.exchange.path.endsWith('/experiments/permissions/create') &&
      wasTaken(difference) &&
      difference.actual.status === 404 &&
      difference.came.error_code === 'RESOURCE_DOES_NOT_EXIST',
  },
]

function isHostile(path: string): boolean {
  let name = path
  try {
    name = decodeURIComponent(path)
  } catch {
    // A path that cannot be read is judged as it was sent.
  }
  const names = name.split('/')
  const isOdd = names.some((part) => part === '..' || part === '.' || part === '')
  return isOdd || /[\\:]/.test(name) || [...name].some((char) => char < ' ')
}
