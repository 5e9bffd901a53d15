import { z } from 'zod'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { objectOf, without, withRule, withValue } from './edit-text.ts'
import { FindingsForm } from './FindingsForm.tsx'
import { RuleForm } from './RuleForm.tsx'

type Props = {
  text: string
  change: (text: string) => void
  sentences: readonly { id: string; sentence: string }[]
}

const Rules = z.array(z.record(z.string(), z.unknown())).catch([])
const Parts = z.object({
  title: z.string().catch(''),
  evidence: Rules.default([]),
  checks: Rules.default([]),
  approvals: Rules.default([]),
  waivers: Rules.default([]),
  changes: Rules.default([]),
})

const lists = [
  { list: 'evidence', title: 'Evidence it asks for', add: 'Add evidence' },
  { list: 'checks', title: 'Checks', add: 'Add a check' },
  { list: 'approvals', title: 'People who must agree', add: 'Add an approval' },
  { list: 'waivers', title: 'What may be waived', add: 'Add a waiver rule' },
  { list: 'changes', title: 'When something changes after an approval', add: 'Add a change rule' },
] as const

/** The same object as the text: a change here is a change of the text, which keeps everything else as it is written. */
export function PolicyForm({ text, change, sentences }: Props) {
  const parsed = Parts.safeParse(objectOf(text))
  if (!parsed.success) {
    return <EmptyState title="The text cannot be read yet.">Its mistakes are named below the text.</EmptyState>
  }
  const known = new Set(lists.flatMap(({ list }) => parsed.data[list].map(({ id }) => String(id))))
  const sentenceOf = (id: unknown) => sentences.find((each) => each.id === id)?.sentence
  const cards = lists.map(({ list, title, add }) => (
    <Card
      key={list}
      title={title}
      flush
      actions={
        <Button kind="bare" onClick={() => change(withRule(text, list, freshRule(list, known, parsed.data)))}>
          {add}
        </Button>
      }
    >
      {parsed.data[list].length === 0 && (
        <EmptyState title={list === 'changes' ? 'Every change ends it.' : 'It asks for none.'} />
      )}
      {parsed.data[list].map((rule, index) => (
        <RuleForm
          // The place in the list is what a rule is until it has a name of its own.
          key={`${list} ${String(rule.id ?? index)}`}
          rule={rule}
          sentence={sentenceOf(rule.id)}
          set={(key, value) => change(withValue(text, [list, index, key], value))}
          remove={() => change(without(text, [list, index]))}
        />
      ))}
    </Card>
  ))
  return (
    <>
      {cards}
      <FindingsForm text={text} change={change} sentence={sentenceOf('findings')} />
    </>
  )
}

function freshRule(list: (typeof lists)[number]['list'], known: ReadonlySet<string>, parts: z.infer<typeof Parts>) {
  const id = (base: string) => {
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${base}-${number}`
      if (!known.has(name)) return name
    }
  }
  switch (list) {
    case 'evidence':
      return {
        id: id('performance'),
        title: 'Performance is computed by the server',
        kind: 'performance',
        max_age_days: 90,
      }
    case 'approvals':
      return { id: id('approval'), title: 'Somebody independent has approved this content', role: 'validator' }
    case 'waivers': {
      const first = [...parts.evidence, ...parts.checks].flatMap((rule) =>
        typeof rule.id === 'string' ? [rule.id] : [],
      )
      return {
        id: id('waiver'),
        title: 'It may be late for a while',
        requirements: first.slice(0, 1),
        roles: ['approver'],
        max_days: 30,
      }
    }
    case 'changes':
      return {
        id: id('change'),
        title: 'What a change of the purpose does',
        changes: ['purpose'],
        effect: 'reopen',
      }
    case 'checks': {
      const evidence = parts.evidence.find(({ kind }) => kind === 'performance')?.id
      const base = { id: id('check'), title: 'A figure keeps its limit' }
      return typeof evidence === 'string'
        ? { ...base, evidence, figure: 'figures.roc_auc', is: 'at_least', limit: 0.7 }
        : { id: id('check'), title: 'There are files', fact: 'version.files', is: 'at_least', value: 1 }
    }
  }
}
