import { unmetList } from '../gate/index.ts'
import type { Verdict } from '../gate/schema.ts'
import type { AdmissionQuestion } from './question.ts'

/** A verdict that was given, or one that nobody keeps. */
export type Told = Omit<Verdict, 'id' | 'envelope'> & { readonly id?: string }

/** A cluster cuts longer warnings off. */
const longestWarning = 250

/** Everything that is missing, who can meet it and where, as one text. */
export function deniedText(told: readonly Told[], problems: readonly string[], publicUrl: string): string {
  return [...problems.map(sentence), ...told.filter(isDenied).map((each) => verdictText(each, publicUrl))].join('\n')
}

function verdictText({ model, version, environment, path, requirements, id }: Told, publicUrl: string): string {
  const lines = [
    `${model} version ${version} may not run in ${environment}: ${path}.`,
    ...unmetList(requirements, publicUrl),
  ]
  if (id !== undefined) lines.push(`Verdict ${publicUrl}/gate/verdicts/${id}`)
  return lines.join('\n')
}

/** One short line for each thing that would have stopped the workload, had the environment enforced. */
export function mildWarnings(told: readonly Told[], problems: readonly string[], publicUrl: string): string[] {
  return [
    ...problems.map(sentence),
    ...told.filter(isDenied).map(({ model, version, environment, mode, path, id }) => {
      const where = id === undefined ? '' : ` ${publicUrl}/gate/verdicts/${id}`
      const lead = `${model} version ${version} is not allowed in ${environment}, which is in mode ${mode}: `
      return `${shortened(`${lead}${path}.`, longestWarning - where.length)}${where}`
    }),
  ].map((text) => shortened(text, longestWarning))
}

export function allowedText(told: readonly Told[]): string {
  return told
    .map(({ model, version, environment, outcome }) => {
      const under = outcome === 'waived' ? ' under a waiver' : ''
      return `${model} version ${version} may run in ${environment}${under}.`
    })
    .join(' ')
}

export const withoutModelText = ({ request: { kind, namespace, name } }: AdmissionQuestion, environment: string) =>
  `${kind} ${namespace}/${name} names no model, and ${environment} asks for one: set the annotations modelkeep.dev/model and modelkeep.dev/version`

const isDenied = ({ outcome }: Told) => outcome === 'denied'

function sentence(text: string): string {
  const whole = text.endsWith('.') ? text : `${text}.`
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}`
}

const shortened = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)
