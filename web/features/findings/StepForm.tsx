import { Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'

type Props = {
  fields: readonly { name: string; label: string; value?: string }[]
  action: string
  run: (values: Record<string, string>) => Promise<unknown>
  kind?: 'go' | 'plain' | 'refuse'
}

/** One step of a finding: what has to be said, in at least ten characters each, and the button that says it. */
export function StepForm({ fields, action, run, kind = 'go' }: Props) {
  const client = useQueryClient()
  const [values, setValues] = useState(() => Object.fromEntries(fields.map(({ name, value }) => [name, value ?? ''])))
  const work = useMutation({
    mutationFn: () => run(values),
    onSuccess: async () => {
      await client.invalidateQueries()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    work.mutate()
  }
  const short = fields.some(({ name }) => (values[name] ?? '').trim().length < 10)
  return (
    <form onSubmit={submit} className="stack">
      {fields.map(({ name, label }) => (
        <Textarea
          key={name}
          label={label}
          autosize
          minRows={2}
          maxRows={10}
          value={values[name]}
          onChange={(event) => {
            const { value } = event.currentTarget
            setValues((old) => ({ ...old, [name]: value }))
          }}
          styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
        />
      ))}
      {work.error && <ErrorState error={work.error} />}
      <div className="row">
        <Button type="submit" kind={kind} busy={work.isPending} disabled={short}>
          {action}
        </Button>
        {short && <span className="quiet small">In at least ten characters.</span>}
      </div>
    </form>
  )
}
