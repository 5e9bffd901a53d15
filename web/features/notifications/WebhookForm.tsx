import { PasswordInput, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { NewWebhook, Webhook } from '../../../src/modules/notifications/schema.ts'
import { fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { EventChoice } from './EventChoice.tsx'
import { createWebhook, updateWebhook } from './queries.ts'

type Props = { webhook?: Webhook; done: (made?: NewWebhook) => void; close: () => void }

/** Who is told, of what, and where. The secret goes in and never comes out again. */
export function WebhookForm({ webhook, done, close }: Props) {
  const client = useQueryClient()
  const [name, setName] = useState(webhook?.name ?? '')
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [description, setDescription] = useState(webhook?.description ?? '')
  const [events, setEvents] = useState<string[]>(webhook?.events ?? ['decision.*'])
  const [secret, setSecret] = useState('')
  const ours = webhook?.format !== 'mlflow'
  const save = useMutation({
    mutationFn: async () => {
      if (!webhook) return createWebhook({ name, url, description, events, ...(secret ? { secret } : {}) })
      await updateWebhook(webhook.id, { name, url, description, ...(ours ? { events } : {}) })
      return undefined
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['webhooks'] })
      done(made)
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={fieldError(save.error, 'name')}
        data-autofocus
      />
      <TextInput
        label="Address"
        description="https, reachable from the server; private addresses only where its operator allows them."
        type="url"
        required
        withAsterisk={false}
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        error={fieldError(save.error, 'url')}
        styles={{ input: { fontFamily: 'var(--fact)', fontSize: 12 } }}
      />
      <Textarea
        label="What it is for"
        autosize
        minRows={1}
        maxRows={5}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      {ours ? (
        <EventChoice chosen={events} onChange={setEvents} error={fieldError(save.error, 'events')} />
      ) : (
        <p className="quiet small">Its events are MLflow's and are changed by MLflow's clients: {events.join(', ')}.</p>
      )}
      {!webhook && (
        <PasswordInput
          label="Secret"
          description="At least 16 characters; deliveries are signed with it. Left empty, the server makes one and shows it once."
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          error={fieldError(save.error, 'secret')}
          autoComplete="new-password"
        />
      )}
      {save.error && <ErrorState error={save.error} />}
      <div className="row">
        <Button type="submit" kind="go" busy={save.isPending} disabled={events.length === 0}>
          {webhook ? 'Save' : 'Make the webhook'}
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}
