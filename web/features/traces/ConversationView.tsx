import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/Copy.tsx'
import { Value } from '../../ui/Value.tsx'
import styles from './ConversationView.module.css'
import type { Message } from './messages.ts'

/** Messages as a conversation: who spoke, what was said, which tools were called. */
export function ConversationView({ label, messages }: { label: string; messages: readonly Message[] }) {
  return (
    <section>
      <h3>{label}</h3>
      <ol className={styles.messages}>
        {numbered(messages).map(({ key, message }) => (
          <Said key={key} message={message} />
        ))}
      </ol>
    </section>
  )
}

/** Messages have no ids; their place is what tells two equal ones apart. */
const numbered = (messages: readonly Message[]) =>
  messages.map((message, place) => ({ key: `message-${place}`, message }))

const shortest = 1500

function Said({ message }: { message: Message }) {
  const [whole, setWhole] = useState(false)
  const long = message.text.length > shortest
  return (
    <li className={styles.message}>
      <div className={styles.role}>
        {message.role}
        {message.text && <CopyButton text={message.text} what={`what ${message.role} said`} />}
      </div>
      {message.text && (
        <div className={styles.text}>{long && !whole ? `${message.text.slice(0, shortest)}…` : message.text}</div>
      )}
      {long && (
        <Button kind="bare" onClick={() => setWhole(!whole)} aria-expanded={whole}>
          {whole ? 'Show less' : `Show all ${message.text.length.toLocaleString('en')} characters`}
        </Button>
      )}
      {message.calls.map((call) => (
        <Value
          key={`${call.name} ${JSON.stringify(call.input)}`}
          level={4}
          label={`Calls ${call.name}`}
          value={call.input}
        />
      ))}
    </li>
  )
}
