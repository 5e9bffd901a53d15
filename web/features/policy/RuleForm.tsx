import { Checkbox, NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import styles from './Studio.module.css'

type Rule = Readonly<Record<string, unknown>>
type Props = {
  rule: Rule
  sentence: string | undefined
  set: (key: string, value: Value) => void
  remove: () => void
}
type Value = string | number | boolean | readonly string[]
type Field = {
  key: string
  label: string
  /** `names`: a list of names, with blanks or commas between them. */
  type: 'text' | 'long' | 'number' | 'names' | 'flag' | readonly string[]
  always?: boolean
  /** Offered in every rule about approvals; what stands for one that says nothing. */
  approval?: string
}

const comparisons = ['at_least', 'at_most', 'above', 'below', 'equal']
const title: Field = { key: 'title', label: 'Title', type: 'text', always: true }

/** A rule has the fields of what it evidently is; what a form cannot say is changed in the text. */
const fields: readonly Field[] = [
  title,
  { key: 'kind', label: 'Kind', type: 'text' },
  { key: 'source', label: 'From', type: ['server', 'client', 'person', 'any'] },
  { key: 'max_age_days', label: 'Days it counts', type: 'number' },
  { key: 'evidence', label: 'Evidence', type: 'text' },
  { key: 'figure', label: 'Figure', type: 'text' },
  { key: 'fact', label: 'Fact', type: 'text' },
  { key: 'is', label: 'Is', type: comparisons },
  { key: 'limit', label: 'Limit', type: 'number' },
  { key: 'value', label: 'Value', type: 'text' },
  { key: 'use', label: 'Judged by', type: ['estimate', 'lower', 'upper'] },
  { key: 'cel', label: 'Expression', type: 'long' },
  { key: 'role', label: 'Role', type: 'text' },
  { key: 'count', label: 'People', type: 'number' },
  { key: 'stage', label: 'Stage', type: 'text' },
  { key: 'valid_days', label: 'Days it counts', type: 'number' },
  { key: 'requirements', label: 'Requirements', type: 'names' },
  { key: 'roles', label: 'By the roles', type: 'names' },
  { key: 'max_days', label: 'Days at most', type: 'number' },
  { key: 'deadline_days', label: 'Days to decide', type: 'number', approval: '' },
  { key: 'overdue', label: 'When it is late', type: ['remind', 'expire'], approval: 'remind' },
  { key: 'delegation', label: 'In their place', type: ['allowed', 'refused'], approval: 'allowed' },
  { key: 'signed', label: 'Signed with a key of their own', type: 'flag', approval: 'false' },
  { key: 'changes', label: 'Changes of', type: 'names' },
  { key: 'kinds', label: 'Kinds', type: 'names' },
  { key: 'effect', label: 'Then', type: ['reopen', 'notify', 'ignore'] },
  { key: 'reason', label: 'Said when it is not met', type: 'text' },
]

export function RuleForm({ rule, sentence, set, remove }: Props) {
  const name = String(rule.id ?? 'rule')
  const isApproval = ['role', 'any_of', 'all_of'].some((key) => rule[key] !== undefined)
  const offered = ({ key, approval }: Field) =>
    isApproval && approval !== undefined && (key !== 'overdue' || rule.deadline_days !== undefined)
  const shown = fields.filter(
    (field) => field.always || isPlain(rule[field.key]) || isNames(rule[field.key]) || offered(field),
  )
  return (
    <fieldset className={styles.rule} style={{ border: 0, margin: 0 }}>
      <legend className="fact small">{name}</legend>
      <div>{sentence ?? <span className="quiet">The sentence comes when the text has no mistakes.</span>}</div>
      <div className={styles.fields}>
        {shown.map((field) => (
          <Input
            key={field.key}
            field={field}
            value={rule[field.key] ?? field.approval}
            set={(value) => set(field.key, value)}
          />
        ))}
        <Button kind="bare" onClick={remove} aria-label={`Remove the rule ${name}`}>
          Remove
        </Button>
      </div>
    </fieldset>
  )
}

type InputProps = { field: Field; value: unknown; set: (value: Value) => void }

function Input({ field: { label, type }, value, set }: InputProps) {
  if (type === 'names') return <Names label={label} value={isNames(value) ? value : []} set={set} />
  if (type === 'flag') {
    return (
      <Checkbox
        size="xs"
        label={label}
        checked={String(value) === 'true'}
        onChange={(event) => set(event.currentTarget.checked)}
        style={{ alignSelf: 'end', paddingBottom: 6 }}
      />
    )
  }
  const text = value === undefined ? '' : String(value)
  if (type === 'number' || typeof value === 'number') {
    const change = (next: string | number) => {
      if (typeof next === 'number') set(next)
    }
    return (
      <NumberInput
        size="xs"
        className={styles.narrow}
        label={label}
        value={text === '' ? '' : Number(text)}
        onChange={change}
      />
    )
  }
  if (typeof type !== 'string') {
    const options = type.includes(text) ? type : [...type, text]
    return (
      <NativeSelect
        size="xs"
        className={styles.narrow}
        label={label}
        data={options.map((option) => ({ value: option, label: option.replaceAll('_', ' ') }))}
        value={text}
        onChange={(event) => set(event.currentTarget.value)}
      />
    )
  }
  const Area = type === 'long' ? Textarea : TextInput
  return (
    <Area
      size="xs"
      className={styles.wide}
      label={label}
      value={text}
      onChange={(event: { currentTarget: { value: string } }) => set(event.currentTarget.value)}
    />
  )
}

type NamesProps = { label: string; value: readonly string[]; set: (value: readonly string[]) => void }

/** What is typed stays as it is typed; the text follows with what it names. */
function Names({ label, value, set }: NamesProps) {
  const [typed, setTyped] = useState(value.join(', '))
  const shown = namesIn(typed).join() === value.join() ? typed : value.join(', ')
  return (
    <TextInput
      size="xs"
      className={styles.wide}
      label={label}
      value={shown}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value)
        set(namesIn(currentTarget.value))
      }}
    />
  )
}

const namesIn = (text: string) => text.split(/[\s,]+/).filter((name) => name !== '')
const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
const isPlain = (value: unknown) => typeof value === 'string' || typeof value === 'number'
