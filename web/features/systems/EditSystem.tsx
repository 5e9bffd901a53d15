import { Modal, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Tier } from '../../../src/modules/registry/schema.ts'
import type { System, SystemUpdate } from '../../../src/modules/systems/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useKeys } from '../../ui/keys.ts'
import { ErrorState } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { updateSystem } from './queries.ts'

/** Everything that is said about a system. "Nobody has said" is an answer, shown as a gap. */
export function EditSystem({ system }: { system: System }) {
  const [open, setOpen] = useState(false)
  useKeys([{ keys: 'e', label: 'Edit the system', run: () => setOpen(true) }])
  return (
    <>
      <Button hint="e" onClick={() => setOpen(true)}>
        Edit
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Edit ${system.name}`}
        size={560}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form key={system.updated_at} system={system} close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

const human = { input: { fontFamily: 'var(--human)', fontSize: 15 } }

function Form({ system, close }: { system: System; close: () => void }) {
  const client = useQueryClient()
  const go = useGo()
  const [draft, setDraft] = useState<Draft>({
    name: system.name,
    tier: system.tier ?? '',
    purpose: system.purpose,
    limits: system.limits,
    affected: system.affected,
    jurisdictions: system.jurisdictions.join(', '),
  })
  const set = (field: keyof Draft) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [field]: event.currentTarget.value })
  const save = useMutation({
    mutationFn: () => updateSystem(system.name, changesOf(system, draft)),
    onSuccess: async ({ name }) => {
      close()
      if (name !== system.name) go(`/systems/${encodeURIComponent(name)}`)
      await client.invalidateQueries()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate()
  }
  const text = (field: 'purpose' | 'limits' | 'affected', label: string, description: string) => (
    <Textarea
      label={label}
      description={description}
      autosize
      minRows={2}
      maxRows={8}
      value={draft[field]}
      onChange={set(field)}
      styles={human}
    />
  )
  return (
    <form onSubmit={submit} className="stack">
      <TextInput label="Name" required withAsterisk={false} maxLength={200} value={draft.name} onChange={set('name')} />
      {text('purpose', 'Purpose', 'What it is for.')}
      {text('limits', 'Limits', 'What it must not be used for.')}
      {text('affected', 'Whom it affects', 'People about whom something is decided, and how many.')}
      <TextInput
        label="Jurisdictions"
        description="Where the law applies to it, separated by commas."
        value={draft.jurisdictions}
        onChange={set('jurisdictions')}
      />
      <NativeSelect
        label="Tier"
        description="How much depends on the system."
        value={draft.tier}
        onChange={set('tier')}
        data={[
          { value: '', label: 'Nobody has said yet' },
          { value: 'high', label: 'High' },
          { value: 'medium', label: 'Medium' },
          { value: 'low', label: 'Low' },
        ]}
      />
      {save.error && <ErrorState error={save.error} />}
      <div className="row">
        <Button type="submit" kind="go" busy={save.isPending}>
          Save
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}

type Draft = {
  name: string
  tier: Tier | ''
  purpose: string
  limits: string
  affected: string
  jurisdictions: string
}

/** Only what changed is sent, so that the trail says what was done and nothing else. */
function changesOf(system: System, draft: Draft): SystemUpdate {
  const update: SystemUpdate = {}
  const places = draft.jurisdictions
    .split(',')
    .map((place) => place.trim())
    .filter((place) => place !== '')
  if (draft.name.trim() !== system.name) update.name = draft.name.trim()
  if ((draft.tier || null) !== system.tier) update.tier = draft.tier || null
  for (const field of ['purpose', 'limits', 'affected'] as const) {
    if (draft[field] !== system[field]) update[field] = draft[field]
  }
  if (places.join(',') !== system.jurisdictions.join(',')) update.jurisdictions = places
  return update
}
