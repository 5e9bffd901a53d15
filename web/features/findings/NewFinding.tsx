import { Modal, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import { Severity } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useDraft } from '../../ui/draft.ts'
import { useKeys } from '../../ui/keys.ts'
import { ErrorState } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { useMe } from '../access/people.tsx'
import { endOfDay } from '../duties/end-of-day.ts'
import { PersonChoice } from '../duties/PersonChoice.tsx'
import { openFinding } from './queries.ts'

/** What is wrong, how bad it is, who mends it, and by when. */
export function NewFinding({ model, version }: { model: string; version: number }) {
  const [open, setOpen] = useState(false)
  const me = useMe() ?? ''
  const go = useGo()
  const client = useQueryClient()
  const [title, setTitle] = useState('')
  const [description, setDescription, forget] = useDraft(`finding/${model}/${version}`)
  const [severity, setSeverity] = useState<Severity>('medium')
  const [reach, setReach] = useState('version')
  const [owner, setOwner] = useState('')
  const [due, setDue] = useState('')
  const make = useMutation({
    mutationFn: () =>
      openFinding({
        model,
        ...(reach === 'version' ? { version } : {}),
        title,
        description,
        severity,
        owner: PersonId.parse(owner || me),
        due_at: endOfDay(due),
      }),
    onSuccess: async ({ id }) => {
      forget()
      setOpen(false)
      await client.invalidateQueries()
      go(`/findings/${id}`)
    },
  })
  useKeys([{ keys: 'n', label: 'Open a finding', run: () => setOpen(true) }])
  function submit(event: FormEvent) {
    event.preventDefault()
    make.mutate()
  }
  return (
    <>
      <Button hint="n" onClick={() => setOpen(true)}>
        Open a finding
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`What is wrong with ${model}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form onSubmit={submit} className="stack">
          <TextInput
            label="In a line"
            required
            withAsterisk={false}
            minLength={5}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            data-autofocus
          />
          <Textarea
            label="What you saw"
            autosize
            minRows={3}
            maxRows={10}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
          />
          <NativeSelect
            label="Severity"
            value={severity}
            onChange={(event) => setSeverity(Severity.parse(event.currentTarget.value))}
            data={[...Severity.options]}
          />
          <NativeSelect
            label="On"
            value={reach}
            onChange={(event) => setReach(event.currentTarget.value)}
            data={[
              { value: 'version', label: `version ${version}` },
              { value: 'model', label: 'every version' },
            ]}
          />
          <PersonChoice label="Who mends it" value={owner || me} onChange={setOwner} />
          <TextInput
            label="By when, that day included"
            type="date"
            required
            withAsterisk={false}
            value={due}
            onChange={(event) => setDue(event.currentTarget.value)}
          />
          {make.error && <ErrorState error={make.error} />}
          <div className="row">
            <Button type="submit" kind="go" busy={make.isPending}>
              Open the finding
            </Button>
            <Button kind="bare" onClick={() => setOpen(false)}>
              Not now
            </Button>
          </div>
        </form>
      </Modal>
    </>
  )
}
