import { NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { RuleInput } from '../../../src/modules/retention/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { createRule, everything } from './queries.ts'
import { type Draft, emptyDraft, kinds, ruleOf } from './rule-draft.ts'

/** The rules that most installations need; what to keep by metric or tag is said in a file, with the command line. */
export function RuleForm({ onPreview }: { onPreview: (input: RuleInput) => void }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const make = useMutation({
    mutationFn: () => createRule(ruleOf(draft)),
    onSuccess: async () => {
      setDraft(emptyDraft)
      await client.invalidateQueries(everything)
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    make.mutate()
  }
  const ofRuns = draft.kind.startsWith('runs') || draft.kind.startsWith('artifacts')
  return (
    <Card title="Write a rule">
      <form onSubmit={submit} className="stack">
        <TextInput
          label="Name"
          size="sm"
          required
          withAsterisk={false}
          value={draft.name}
          onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
        />
        <NativeSelect
          label="What goes"
          size="sm"
          value={draft.kind}
          onChange={(event) => setDraft({ ...draft, kind: event.currentTarget.value as Draft['kind'] })}
          data={kinds.map(({ value, label }) => ({ value, label }))}
        />
        <NumberInput
          label="After so many days"
          size="sm"
          min={1}
          max={36_500}
          hideControls
          value={draft.days}
          onChange={(value) => setDraft({ ...draft, days: Number(value) || 30 })}
        />
        <TextInput
          label="In these experiments"
          description="Ids with commas between them; empty means all."
          size="sm"
          value={draft.experiments}
          onChange={(event) => setDraft({ ...draft, experiments: event.currentTarget.value })}
        />
        {ofRuns && (
          <>
            <TextInput
              label="That match"
              description="A filter of the run search, such as metrics.auc < 0.6."
              size="sm"
              value={draft.filter}
              onChange={(event) => setDraft({ ...draft, filter: event.currentTarget.value })}
            />
            <NumberInput
              label="Keep the newest"
              description="So many runs of each experiment stay; empty keeps none."
              size="sm"
              min={1}
              hideControls
              value={draft.last}
              onChange={(value) => setDraft({ ...draft, last: value === '' ? '' : Number(value) })}
            />
          </>
        )}
        {make.error && <ErrorState error={make.error} />}
        <div className="row">
          <Button type="submit" kind="go" busy={make.isPending}>
            Write the rule
          </Button>
          <Button onClick={() => onPreview(ruleOf({ ...draft, name: draft.name || 'the new rule' }))}>Preview</Button>
        </div>
        <p className="quiet small">It does nothing until it is enabled.</p>
      </form>
    </Card>
  )
}
