import { Textarea, TextInput } from '@mantine/core'
import { Button } from '../../ui/Button.tsx'
import { PersonChoice } from '../duties/PersonChoice.tsx'
import styles from './Conditions.module.css'
import type { ConditionDraft } from './conditions-draft.ts'

type Props = { drafts: readonly ConditionDraft[]; setDrafts: (drafts: readonly ConditionDraft[]) => void }

/** Approving on conditions: what, by whom, until when. */
export function ConditionFields({ drafts, setDrafts }: Props) {
  function change(key: number, set: Partial<ConditionDraft>) {
    setDrafts(drafts.map((each) => (each.key === key ? { ...each, ...set } : each)))
  }
  function add() {
    const key = Math.max(0, ...drafts.map((each) => each.key)) + 1
    setDrafts([...drafts, { key, text: '', owner: '', day: '' }])
  }
  return (
    <fieldset className={styles.rows}>
      <legend>{drafts.length === 0 ? 'Without conditions' : 'On condition, or the approval lapses on the day'}</legend>
      {drafts.map((draft, place) => (
        <div key={draft.key} className={styles.row}>
          <Textarea
            label={`Condition ${place + 1}`}
            size="xs"
            autosize
            minRows={1}
            value={draft.text}
            onChange={(event) => change(draft.key, { text: event.currentTarget.value })}
            styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
          />
          <PersonChoice label="Who sees to it" value={draft.owner} onChange={(owner) => change(draft.key, { owner })} />
          <TextInput
            label="Until, that day included"
            type="date"
            size="xs"
            value={draft.day}
            onChange={(event) => change(draft.key, { day: event.currentTarget.value })}
          />
          <Button
            kind="bare"
            aria-label={`Remove condition ${place + 1}`}
            onClick={() => setDrafts(drafts.filter(({ key }) => key !== draft.key))}
          >
            Remove
          </Button>
        </div>
      ))}
      <div>
        <Button onClick={add}>Add a condition</Button>
      </div>
    </fieldset>
  )
}
