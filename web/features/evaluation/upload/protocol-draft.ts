import { z } from 'zod'
import { EvidenceKind, type Protocol, type ProtocolGuess } from '../../../../src/modules/evaluation/schema.ts'

/** The form, as a person fills it; it outlives the page until it is sent. */
export const ProtocolDraft = z.object({
  source: z.enum(['model', 'predictions']),
  task: z.enum(['binary', 'multiclass', 'regression', 'scores']),
  label: z.string(),
  positive: z.string(),
  threshold: z.string(),
  score: z.string(),
  predicted: z.string(),
  value: z.string(),
  scores: z.record(z.string(), z.string()),
  protected: z.array(z.string()),
  id: z.string(),
  kinds: z.array(EvidenceKind),
})
export type ProtocolDraft = z.infer<typeof ProtocolDraft>

/** Where the form is kept until there is a result. */
export const draftKey = ({ model, version }: { model: string; version: number }, dataset: string) =>
  `evaluate/${model}/${version}/${dataset}`

export type GuessedColumn = ProtocolGuess['columns'][number]
type Field = keyof ProtocolDraft

/** What a table of predictions can be asked; the others ask the model itself. */
export const kindsOfTable: readonly EvidenceKind[] = ['performance', 'fairness', 'mitigation', 'slices']

export function kindsFor({ source, task, protected: groups }: ProtocolDraft): readonly EvidenceKind[] {
  const all = source === 'model' ? EvidenceKind.options : kindsOfTable
  return all.filter((kind) => {
    if (kind === 'fairness') return groups.length > 0
    if (kind === 'mitigation') return groups.length > 0 && task !== 'scores'
    return task !== 'scores' || kind === 'performance'
  })
}

const hasColumn = (guess: ProtocolGuess) => (name: string | undefined) =>
  name !== undefined && guess.columns.some((column) => column.name === name)

/** Whether a table has the columns that the model's protocol speaks of. */
export function fits(guess: ProtocolGuess, known: Protocol): boolean {
  const has = hasColumn(guess)
  return 'label' in known && has(known.label) && known.protected.every(has)
}

/** The guess as a form; what the model's protocol says already goes before it, where the table has those columns. */
export function draftOf(guess: ProtocolGuess, known: Protocol | undefined): ProtocolDraft {
  const has = hasColumn(guess)
  const own = known && fits(guess, known) ? known : undefined
  const from = own ?? guess.protocol
  const prediction = guess.protocol?.prediction ?? own?.prediction ?? {}
  const draft: ProtocolDraft = {
    source: guess.source,
    task: from?.task ?? 'binary',
    label: from && 'label' in from ? from.label : '',
    positive: from && 'positive' in from && from.positive !== undefined ? String(from.positive) : '',
    threshold: from && 'threshold' in from && from.threshold !== undefined ? String(from.threshold) : '',
    score: prediction.score ?? '',
    predicted: prediction.label ?? '',
    value: prediction.value ?? '',
    scores: prediction.scores ?? {},
    protected: [...(from?.protected ?? [])],
    id: (has(from?.id) ? from?.id : guess.protocol?.id) ?? '',
    kinds: [],
  }
  const usual: EvidenceKind[] = ['performance', 'fairness']
  return { ...draft, kinds: usual.filter((kind) => kindsFor(draft).includes(kind)) }
}

export type Filled =
  | { readonly outcome: 'complete'; readonly protocol: Record<string, unknown> }
  | { readonly outcome: 'incomplete'; readonly missing: Partial<Record<Field, string>> }

/** The protocol that the form says. What it does not ask for stays as the model's protocol has it. */
export function protocolOf(
  draft: ProtocolDraft,
  columns: readonly GuessedColumn[],
  known: Protocol | undefined,
): Filled {
  const missing = missingIn(draft)
  if (Object.keys(missing).length > 0) return { outcome: 'incomplete', missing }
  const { task, label, source, id } = draft
  const isNumber = columns.find(({ name }) => name === (task === 'scores' ? draft.predicted : label))?.numeric === true
  const positive = isNumber ? Number(draft.positive) : draft.positive
  const threshold = draft.threshold === '' ? {} : { threshold: Number(draft.threshold) }
  const { task: _task, prediction: _before, id: _id, protected: _groups, ...rest } = known ?? {}
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([field]) => !['label', 'positive', 'threshold'].includes(field)),
  )
  return {
    outcome: 'complete',
    protocol: {
      ...kept,
      task,
      ...(task === 'scores' ? {} : { label }),
      ...(task === 'regression' || draft.positive === '' ? {} : { positive }),
      ...(task === 'multiclass' ? {} : threshold),
      protected: draft.protected,
      ...(id === '' ? {} : { id }),
      ...(source === 'predictions'
        ? { prediction: predictionOf(draft) }
        : known?.prediction
          ? { prediction: known.prediction }
          : {}),
    },
  }
}

function predictionOf({ task, score, predicted, value, scores }: ProtocolDraft): object {
  return {
    ...(score !== '' && task !== 'regression' && task !== 'multiclass' ? { score } : {}),
    ...(predicted !== '' && task !== 'regression' ? { label: predicted } : {}),
    ...(value !== '' && task === 'regression' ? { value } : {}),
    ...(task === 'multiclass' && Object.keys(scores).length > 0 ? { scores } : {}),
  }
}

function missingIn(draft: ProtocolDraft): Partial<Record<Field, string>> {
  const { task, label, positive, threshold, source } = draft
  const missing: Partial<Record<Field, string>> = {}
  if (task !== 'scores' && label === '') missing.label = 'Choose the column that has the truth.'
  if (task === 'binary' && positive === '') missing.positive = 'Choose the value that counts as favourable.'
  if (threshold !== '' && !Number.isFinite(Number(threshold))) missing.threshold = 'A threshold is a number.'
  if (task === 'binary' && (Number(threshold) < 0 || Number(threshold) > 1)) {
    missing.threshold = 'The threshold of a score lies between 0 and 1.'
  }
  if (draft.protected.length > 8) missing.protected = 'At most 8 attributes are compared.'
  if (draft.protected.includes(label)) missing.protected = `${label} is the truth, and cannot be a group as well.`
  if (draft.kinds.length === 0) missing.kinds = 'Choose at least one thing to find out.'
  if (source === 'model') return missing
  if (task === 'regression' && draft.value === '') missing.value = 'Choose the column with the predicted number.'
  if (task === 'multiclass' && draft.predicted === '' && Object.keys(draft.scores).length === 0) {
    missing.predicted = 'Choose the column with the predicted class.'
  }
  if ((task === 'binary' || task === 'scores') && draft.score === '' && draft.predicted === '') {
    missing.score = 'Choose the column with the score, or below the one with the predicted label.'
  }
  if (task === 'scores' && draft.score === '' && draft.predicted !== '' && positive === '') {
    missing.positive = 'Say which predicted label counts as favourable.'
  }
  return missing
}

/** What each column stands for, for the heads of the preview. */
export function rolesOf(draft: ProtocolDraft): ReadonlyMap<string, string> {
  const { task, label, score, predicted, value, id, source } = draft
  const roles = new Map<string, string>()
  if (id !== '') roles.set(id, 'id')
  for (const name of draft.protected) roles.set(name, 'protected')
  if (source === 'predictions') {
    if (task === 'regression') roles.set(value, 'prediction')
    else {
      if (task === 'multiclass') for (const column of Object.values(draft.scores)) roles.set(column, 'score')
      else if (score !== '') roles.set(score, 'score')
      if (predicted !== '') roles.set(predicted, 'prediction')
    }
  }
  if (task !== 'scores' && label !== '') roles.set(label, 'truth')
  return roles
}
