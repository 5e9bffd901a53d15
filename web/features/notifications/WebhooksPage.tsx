import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { WebhookStanding } from '../../../src/modules/notifications/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { useKeys } from '../../ui/keys.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { counted, Fact } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { webhooks } from './queries.ts'
import { SecretOnce } from './SecretOnce.tsx'
import { DeliveryTone } from './states.tsx'
import { WebhookForm } from './WebhookForm.tsx'

/** Who is told of events, and whether it arrives. */
export function WebhooksPage() {
  const query = useQuery({ ...webhooks, refetchInterval: (state) => (state.state.error ? false : 10_000) })
  const go = useGo()
  const may = useMay()
  const [secret, setSecret] = useState<string>()
  return (
    <Page
      title="Webhooks"
      intro={query.data && query.data.length > 0 && <Summary list={query.data} />}
      actions={may('webhook.write') && <NewWebhookButton onMade={setSecret} />}
    >
      {secret !== undefined && <SecretOnce secret={secret} />}
      <Loaded query={query} lines={6}>
        {(list) => (
          <Card title="Webhooks" flush>
            <DataTable
              label="Webhooks"
              columns={columns}
              rows={list}
              rowKey={(hook) => hook.id}
              unit="webhook"
              onOpen={(hook) => go(`/webhooks/${hook.id}`)}
              empty={
                <EmptyState
                  title="Nobody is told of anything yet."
                  command={`curl -H "Authorization: Bearer mk_…" -H "Content-Type: application/json" -d '{"name":"chat","url":"https://example.com/hook","events":["decision.*"]}' ${window.location.origin}/api/v1/webhooks`}
                >
                  A webhook sends events of the trail, such as decisions, alias moves and verdicts, to an address of
                  yours: signed, tried again for a day, and logged. Make one here or with one call.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
    </Page>
  )
}

function Summary({ list }: { list: readonly WebhookStanding[] }) {
  const failing = list.filter(({ state, last_delivery }) => state === 'active' && last_delivery?.state === 'failed')
  if (failing.length === 0) return <>The last delivery of every webhook arrived or is on its way.</>
  return <>{counted(failing.length, 'webhook')} could not deliver last time.</>
}

function NewWebhookButton({ onMade }: { onMade: (secret: string) => void }) {
  const [open, setOpen] = useState(false)
  useKeys([{ keys: 'n', label: 'Make a webhook', run: () => setOpen(true) }])
  return (
    <>
      <Button kind="go" hint="n" onClick={() => setOpen(true)}>
        Make a webhook
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title="Make a webhook"
        size={560}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <WebhookForm
          close={() => setOpen(false)}
          done={(made) => {
            setOpen(false)
            if (made) onMade(made.secret)
          }}
        />
      </Modal>
    </>
  )
}

const columns: Column<WebhookStanding>[] = [
  {
    key: 'name',
    header: 'Webhook',
    cell: (hook) => (
      <Link to="/webhooks/$id" params={{ id: hook.id }} style={{ fontWeight: 550 }}>
        {hook.name}
      </Link>
    ),
    value: (hook) => hook.name,
  },
  {
    key: 'state',
    header: 'State',
    cell: (hook) =>
      hook.state === 'active' ? <Tone tone="met">active</Tone> : <Tone tone="unknown">switched off</Tone>,
    value: (hook) => hook.state,
  },
  {
    key: 'last',
    header: 'Last delivery',
    cell: (hook) =>
      hook.last_delivery ? (
        <span className="row" style={{ flexWrap: 'nowrap' }}>
          <DeliveryTone state={hook.last_delivery.state} attempts={hook.last_delivery.status === null ? 0 : 1} />
          <Moment at={hook.last_delivery.at} />
        </span>
      ) : (
        <span className="quiet">never</span>
      ),
    value: (hook) => hook.last_delivery?.at,
  },
  {
    key: 'failed',
    header: 'Given up',
    align: 'right',
    cell: (hook) => hook.failed.toLocaleString('en'),
    value: (hook) => hook.failed,
  },
  {
    key: 'delivered',
    header: 'Delivered',
    align: 'right',
    hideNarrow: true,
    cell: (hook) => hook.delivered.toLocaleString('en'),
    value: (hook) => hook.delivered,
  },
  {
    key: 'events',
    header: 'Hears',
    hideNarrow: true,
    cell: (hook) => <Fact title={hook.events.join(' ')}>{shortened(hook.events)}</Fact>,
    value: (hook) => hook.events.join(' '),
  },
  {
    key: 'host',
    header: 'To',
    hideNarrow: true,
    cell: (hook) => <Fact>{hostOf(hook.url)}</Fact>,
    value: (hook) => hostOf(hook.url),
  },
]

const shortened = (events: readonly string[]) =>
  events.length > 3 ? `${events.slice(0, 3).join(' ')} +${events.length - 3}` : events.join(' ')

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
