import type { Evidence } from '../../../src/modules/evaluation/schema.ts'
import { counted, figureText } from '../../ui/Voice.tsx'

/** On which data, and how sure: "On adult, 4,000 rows; intervals of 95 %, from 1,000 resamples, seed 1." */
export function groundSentence(item: Evidence): string {
  const { parameters } = item.method
  const data = item.inputs.filter(({ role }) => role === 'dataset' || role === 'predictions').map(({ name }) => name)
  const n = item.result.n
  const on = data.length > 0 ? `On ${data.join(' and ')}${typeof n === 'number' ? `, ${counted(n, 'row')}` : ''}` : ''
  const { confidence, bootstrap, seed } = parameters
  const width = typeof confidence === 'number' ? `intervals of ${figureText(confidence * 100, 0)} %` : ''
  const drawn =
    typeof bootstrap === 'number' && bootstrap > 0
      ? `, from ${counted(bootstrap, 'resample')} where no formula gives them`
      : ''
  const seeded = typeof seed === 'number' ? `, seed ${seed}` : ''
  const sure = width ? `${width}${drawn}${seeded}` : seeded.replace(', ', '')
  return [on, sure].filter(Boolean).join('; ').concat('.')
}
