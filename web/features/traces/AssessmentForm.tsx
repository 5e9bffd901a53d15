import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Assessment } from '../../../src/modules/traces/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { parsedJson } from '../../ui/Value.tsx'
import { assessTrace } from './queries.ts'

type Props = { traceId: string; span: { id: string; name: string } | undefined; close: () => void }

/** Feedback, or what should have been answered. */
export function AssessmentForm({ traceId, span, close }: Props) {
  const client = useQueryClient()
  const [kind, setKind] = useState<'feedback' | 'expectation'>('feedback')
  const [name, setName] = useState('correct')
  const [value, setValue] = useState('')
  const [rationale, setRationale] = useState('')
  const [onSpan, setOnSpan] = useState(false)
  const say = useMutation({
    mutationFn: () =>
      assessTrace(traceId, {
        name,
        kind,
        value: readValue(value),
        rationale,
        ...(span && onSpan ? { span_id: span.id } : {}),
      }),
    onSuccess: async () => {
      close()
      await client.invalidateQueries({ queryKey: ['traces'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    say.mutate()
  }
  return (
    <form onSubmit={submit} className="stack" style={{ marginTop: 8 }}>
      <NativeSelect
        label="Kind"
        size="sm"
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value === 'expectation' ? 'expectation' : 'feedback')}
        data={[
          { value: 'feedback', label: 'Feedback: how good it was' },
          { value: 'expectation', label: 'Expectation: what it should have answered' },
        ]}
      />
      <TextInput
        label="Name"
        size="sm"
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {kind === 'feedback' && (
        <div className="row">
          <Button onClick={() => setValue('true')} aria-pressed={value === 'true'}>
            Yes
          </Button>
          <Button onClick={() => setValue('false')} aria-pressed={value === 'false'}>
            No
          </Button>
        </div>
      )}
      <TextInput
        label="Value"
        description="true, false, a number, a text, or JSON."
        size="sm"
        required
        withAsterisk={false}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--fact)', fontSize: 12 } }}
      />
      <Textarea
        label="Why"
        size="sm"
        autosize
        minRows={2}
        maxRows={8}
        value={rationale}
        onChange={(event) => setRationale(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      {span && (
        <Checkbox
          size="sm"
          label={`Only about the span ${span.name}`}
          checked={onSpan}
          onChange={(event) => setOnSpan(event.currentTarget.checked)}
        />
      )}
      {say.error && <ErrorState error={say.error} />}
      <div className="row">
        <Button type="submit" kind="go" busy={say.isPending}>
          Say it
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}

/** What looks like JSON is JSON: `true` is a boolean, `0.8` a number; anything else is a text. */
function readValue(text: string): Assessment['value'] {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  const parsed = parsedJson(text)
  return parsed === undefined ? text : (parsed as Assessment['value'])
}
