import { queryOptions } from '@tanstack/react-query'
import {
  type ImportPlan,
  type LiveImport,
  type LiveImportInput,
  LiveImportState,
} from '../../../src/modules/imports/schema.ts'
import { get, send } from '../../api/http.ts'

const path = '/imports/mlflow'

export const isGoing = ({ state }: Pick<LiveImport, 'state'>) => state === 'looking' || state === 'bringing'

/** Asked again every second while an import goes on. */
export const mlflowImport = queryOptions({
  queryKey: ['imports', 'mlflow'],
  queryFn: () => get(path, LiveImportState),
  refetchInterval: ({ state: { data } }) => (data?.import && isGoing(data.import) ? 1000 : false),
})

export const startImport = (input: LiveImportInput) => send('POST', path, LiveImportState, input)
export const stopImport = () => send('POST', `${path}/stop`, LiveImportState)

const countWords: readonly (readonly [keyof ImportPlan['found'], string])[] = [
  ['experiments', 'experiments'],
  ['runs', 'runs'],
  ['points', 'metric points'],
  ['logged_models', 'logged models'],
  ['models', 'models'],
  ['versions', 'versions'],
  ['aliases', 'aliases'],
  ['artifacts', 'files'],
]

/** In words, without what there is none of. */
export const countsOf = (counts: Partial<ImportPlan['found']>) =>
  countWords.flatMap(([key, word]) => {
    const count = counts[key]
    return count === 0 || count === undefined
      ? []
      : [`${word}: ${count === null ? 'counted while they are brought' : count.toLocaleString('en')}`]
  })

export function hostOf(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url && /^https?:$/.test(url.protocol) ? url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '') : undefined
}
