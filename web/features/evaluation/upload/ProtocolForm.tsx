import { NativeSelect, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Protocol, ProtocolGuess } from '../../../../src/modules/evaluation/schema.ts'
import { Tone } from '../../../ui/Tone.tsx'
import { ClassColumns } from './ClassColumns.tsx'
import styles from './EvaluatePage.module.css'
import { ProtectedChoice } from './ProtectedChoice.tsx'
import type { ProtocolDraft } from './protocol-draft.ts'
import { type Why, whyOf } from './why.ts'

type Props = {
  draft: ProtocolDraft
  guess: ProtocolGuess
  known: Protocol | undefined
  missing: Partial<Record<keyof ProtocolDraft, string>>
  change: (part: Partial<ProtocolDraft>) => void
}

const tasks = [
  { value: 'binary', label: 'one of two classes' },
  { value: 'multiclass', label: 'one of several classes' },
  { value: 'regression', label: 'a number' },
  { value: 'scores', label: 'scores, and the truth is not known' },
]

/** Each question with the answer that was guessed, and why. */
export function ProtocolForm({ draft, guess, known, missing, change }: Props) {
  const { columns } = guess
  const { task, source } = draft
  const names = (which: (column: (typeof columns)[number]) => boolean = () => true) => [
    { value: '', label: 'none' },
    ...columns.filter(which).map(({ name }) => ({ value: name, label: name })),
  ]
  const valuesOf = (name: string) => columns.find((column) => column.name === name)?.values ?? []
  const decided = task === 'scores' ? draft.predicted : draft.label
  const why = (field: keyof ProtocolDraft) => whyOf(field, draft, guess, known)
  const select = (field: 'label' | 'score' | 'predicted' | 'value' | 'id', title: string, only?: 'numeric') => (
    <Row title={title} why={why(field)}>
      <NativeSelect
        size="sm"
        aria-label={title}
        value={draft[field]}
        error={missing[field]}
        onChange={(event) => change({ [field]: event.currentTarget.value })}
        data={names(only && ((column) => column.numeric))}
      />
    </Row>
  )
  return (
    <div className={styles.form}>
      <Row title="The table has" why={why('source')}>
        <NativeSelect
          size="sm"
          aria-label="The table has"
          value={source}
          onChange={(event) => change({ source: event.currentTarget.value === 'model' ? 'model' : 'predictions' })}
          data={[
            { value: 'predictions', label: 'what was predicted' },
            { value: 'model', label: 'inputs, which the model scores' },
          ]}
        />
      </Row>
      <Row title="It predicts" why={why('task')}>
        <NativeSelect
          size="sm"
          aria-label="It predicts"
          value={task}
          onChange={(event) => {
            const next = tasks.find(({ value }) => value === event.currentTarget.value)?.value
            if (next) change({ task: next as ProtocolDraft['task'] })
          }}
          data={tasks}
        />
      </Row>
      {task !== 'scores' && select('label', 'What was true')}
      {(task === 'binary' || task === 'multiclass' || (task === 'scores' && draft.score === '')) && (
        <Row title="Favourable is" why={why('positive')}>
          {valuesOf(decided).length > 0 ? (
            <NativeSelect
              size="sm"
              aria-label="Favourable is"
              value={draft.positive}
              error={missing.positive}
              onChange={(event) => change({ positive: event.currentTarget.value })}
              data={[
                { value: '', label: task === 'multiclass' ? 'none of them' : 'choose' },
                ...valuesOf(decided).map((value) => ({ value, label: value })),
              ]}
            />
          ) : (
            <TextInput
              size="sm"
              aria-label="Favourable is"
              value={draft.positive}
              error={missing.positive}
              onChange={(event) => change({ positive: event.currentTarget.value })}
            />
          )}
        </Row>
      )}
      {source === 'predictions' && (task === 'binary' || task === 'scores') && select('score', 'Score', 'numeric')}
      {source === 'predictions' && task === 'regression' && select('value', 'Predicted number', 'numeric')}
      {source === 'predictions' && task !== 'regression' && select('predicted', 'Predicted label')}
      {source === 'predictions' && task === 'multiclass' && valuesOf(draft.label).length > 0 && (
        <Row title="Score of each class" why={why('scores')}>
          <ClassColumns
            classes={valuesOf(draft.label)}
            columns={columns.filter(({ numeric }) => numeric).map(({ name }) => name)}
            scores={draft.scores}
            change={(scores) => change({ scores })}
          />
        </Row>
      )}
      {task !== 'multiclass' && (
        <Row title="Favourable from" why={why('threshold')}>
          <TextInput
            size="sm"
            inputMode="decimal"
            aria-label="Favourable from"
            placeholder={task === 'regression' ? 'no limit' : '0.5'}
            value={draft.threshold}
            error={missing.threshold}
            onChange={(event) => change({ threshold: event.currentTarget.value })}
          />
        </Row>
      )}
      <Row title="Protected" why={why('protected')}>
        <ProtectedChoice
          columns={columns}
          draft={draft}
          complaint={missing.protected}
          change={(chosen) => change({ protected: chosen })}
        />
      </Row>
      {select('id', 'Names a row')}
      {guess.more_columns > 0 && (
        <p className={`small quiet ${styles.pad}`}>
          The first {columns.length} columns can be chosen here; {guess.more_columns.toLocaleString('en')} more are in
          the table.
        </p>
      )}
    </div>
  )
}

function Row({ title, why, children }: { title: string; why: Why | undefined; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <span className={styles.question}>{title}</span>
      <div>{children}</div>
      <div className={styles.why}>
        {why?.tone === 'attention' ? (
          <Tone tone={why.tone} wrap>
            {why.text}
          </Tone>
        ) : (
          why && <span className="quiet">{why.text}</span>
        )}
      </div>
    </div>
  )
}
