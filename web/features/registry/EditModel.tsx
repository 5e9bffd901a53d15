import { Modal, NativeSelect, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Model, ModelUpdate, Tier } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useKeys } from '../../ui/keys.ts'
import { ErrorState } from '../../ui/States.tsx'
import { people } from '../access/queries.ts'
import { updateModel } from './queries.ts'

/** Tier, owner, purpose and description. "Nobody has said" is an answer, shown as a gap. */
export function EditModel({ model }: { model: Model }) {
  const [open, setOpen] = useState(false)
  useKeys([{ keys: 'e', label: 'Edit the model', run: () => setOpen(true) }])
  return (
    <>
      <Button hint="e" onClick={() => setOpen(true)}>
        Edit
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Edit ${model.name}`}
        size={560}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form key={model.updated_at} model={model} close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Form({ model, close }: { model: Model; close: () => void }) {
  const client = useQueryClient()
  const { data: known = [] } = useQuery(people)
  const [draft, setDraft] = useState<Draft>({
    tier: model.tier ?? '',
    owner: model.owner ?? '',
    purpose: model.purpose,
    description: model.description,
  })
  const save = useMutation({
    mutationFn: () =>
      updateModel(model.name, changesOf(model, draft, known.find((each) => each.id === draft.owner)?.id)),
    onSuccess: async () => {
      close()
      await client.invalidateQueries()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <NativeSelect
        label="Tier"
        description="How much depends on the model. It decides which policies apply."
        value={draft.tier}
        onChange={(event) => setDraft({ ...draft, tier: event.currentTarget.value as Tier | '' })}
        data={[
          { value: '', label: 'Nobody has said yet' },
          { value: 'high', label: 'High' },
          { value: 'medium', label: 'Medium' },
          { value: 'low', label: 'Low' },
        ]}
      />
      <NativeSelect
        label="Owner"
        description="The person who answers for it."
        value={draft.owner}
        onChange={(event) => setDraft({ ...draft, owner: event.currentTarget.value })}
        data={[
          { value: '', label: 'Nobody' },
          ...known
            .filter((person) => person.kind === 'person' && person.disabled_at === null)
            .map((person) => ({ value: person.id, label: person.name })),
        ]}
      />
      <Textarea
        label="Purpose"
        description="What it is for, whom it affects, what it must not be used for."
        autosize
        minRows={3}
        maxRows={10}
        value={draft.purpose}
        onChange={(event) => setDraft({ ...draft, purpose: event.currentTarget.value })}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        maxRows={8}
        value={draft.description}
        onChange={(event) => setDraft({ ...draft, description: event.currentTarget.value })}
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

type Draft = { tier: Tier | ''; owner: string; purpose: string; description: string }

/** Only what changed is sent, so that the trail says what was done and nothing else. */
function changesOf(model: Model, draft: Draft, owner: Model['owner'] | undefined): ModelUpdate {
  const update: ModelUpdate = {}
  if ((draft.tier || null) !== model.tier) update.tier = draft.tier || null
  if ((owner ?? null) !== model.owner) update.owner = owner ?? null
  if (draft.purpose !== model.purpose) update.purpose = draft.purpose
  if (draft.description !== model.description) update.description = draft.description
  return update
}
