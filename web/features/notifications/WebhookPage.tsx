import { Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Delivery, Webhook } from '../../../src/modules/notifications/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { Value } from '../../ui/Value.tsx'
import { Fact, Human } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { DeliveryLog } from './DeliveryLog.tsx'
import { deleteWebhook, renewSecret, testWebhook, updateWebhook, webhook } from './queries.ts'
import { SecretOnce } from './SecretOnce.tsx'
import { DeliveryTone } from './states.tsx'
import { WebhookForm } from './WebhookForm.tsx'
import { hostOf } from './WebhooksPage.tsx'

const route = getRouteApi('/signed-in/webhooks/$id')

export function WebhookPage() {
  const { id } = route.useParams()
  const query = useQuery(webhook(id))
  return (
    <Loaded query={query} lines={8} what="The webhook">
      {(hook) => <Found hook={hook} />}
    </Loaded>
  )
}

function Found({ hook }: { hook: Webhook }) {
  const may = useMay()
  const client = useQueryClient()
  const [tested, setTested] = useState<Delivery>()
  const [secret, setSecret] = useState<string>()
  const test = useMutation({
    mutationFn: () => testWebhook(hook.id),
    onSuccess: async (delivery) => {
      setTested(delivery)
      await client.invalidateQueries({ queryKey: ['webhooks'] })
    },
  })
  return (
    <Page
      title={hook.name}
      intro={
        <>
          {hook.state === 'active' ? 'Tells' : 'Is switched off; it told'} <Fact>{hostOf(hook.url)}</Fact> of{' '}
          <Fact>{hook.events.join(', ')}</Fact>.
        </>
      }
      actions={
        may('webhook.write') && (
          <>
            <Button busy={test.isPending} onClick={() => test.mutate()}>
              Send a test
            </Button>
            <Edit hook={hook} />
          </>
        )
      }
    >
      {test.error && <ErrorState error={test.error} />}
      {tested && <Answer delivery={tested} />}
      {secret !== undefined && <SecretOnce secret={secret} />}
      {hook.description && (
        <div style={{ marginBottom: 14 }}>
          <Human>{hook.description}</Human>
        </div>
      )}
      <DeliveryLog webhookId={hook.id} />
      <div className="halves">
        <Card title="What it is">
          <KeyValues>
            <Pair name="State">
              {hook.state === 'active' ? <Tone tone="met">active</Tone> : <Tone tone="unknown">switched off</Tone>}
            </Pair>
            <Pair name="Address" wrap>
              <Fact>{hook.url}</Fact>
            </Pair>
            <Pair name="Form">{hook.format === 'mlflow' ? "MLflow's" : 'Standard Webhooks'}</Pair>
            <Pair name="Signed">{hook.signed ? <Tone tone="met">yes</Tone> : <Tone tone="attention">no</Tone>}</Pair>
            <Pair name="Made" wrap>
              <Moment at={hook.created_at} />, <PersonName id={hook.created_by} />
            </Pair>
            <Pair name="Changed">
              <Moment at={hook.updated_at} />
            </Pair>
          </KeyValues>
        </Card>
        {may('webhook.write') && <Controls hook={hook} onSecret={setSecret} />}
      </div>
    </Page>
  )
}

function Answer({ delivery }: { delivery: Delivery }) {
  return (
    <Card title="What the receiver answered to the test">
      <p className="row">
        <DeliveryTone state={delivery.state} />
        {delivery.status !== null && <Fact>{delivery.status}</Fact>}
        {delivery.duration !== null && <span className="quiet">in {delivery.duration} ms</span>}
      </p>
      {delivery.error && <p>{delivery.error}</p>}
      {delivery.answer && <Value label="Answer" value={delivery.answer} />}
    </Card>
  )
}

function Edit({ hook }: { hook: Webhook }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>Edit</Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Edit ${hook.name}`}
        size={560}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <WebhookForm key={hook.updated_at} webhook={hook} close={() => setOpen(false)} done={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Controls({ hook, onSecret }: { hook: Webhook; onSecret: (secret: string) => void }) {
  const client = useQueryClient()
  const go = useGo()
  const [deleting, setDeleting] = useState(false)
  const change = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  })
  const on = hook.state === 'active'
  return (
    <Card title="Control it">
      <div className="stack">
        <div className="row">
          <Button
            busy={change.isPending}
            onClick={() => change.mutate(() => updateWebhook(hook.id, { state: on ? 'disabled' : 'active' }))}
          >
            {on ? 'Switch it off' : 'Switch it on'}
          </Button>
          <Button
            busy={change.isPending}
            onClick={() => change.mutate(async () => onSecret((await renewSecret(hook.id)).secret))}
          >
            Make a new secret
          </Button>
          <Button kind="refuse" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </div>
        <p className="quiet small" style={{ margin: 0 }}>
          With a new secret, what is still on its way is signed with it as well. Switched off, it hears nothing, and
          what happens meanwhile is not sent later.
        </p>
        {change.error && <ErrorState error={change.error} />}
      </div>
      <Modal
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${hook.name}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <div className="stack">
          <p>Its delivery log goes with it. The events themselves stay in the trail.</p>
          <div className="row">
            <Button
              kind="refuse"
              busy={change.isPending}
              onClick={() =>
                change.mutate(async () => {
                  await deleteWebhook(hook.id)
                  go('/webhooks')
                })
              }
            >
              Delete
            </Button>
            <Button kind="bare" onClick={() => setDeleting(false)}>
              Not now
            </Button>
          </div>
        </div>
      </Modal>
    </Card>
  )
}
