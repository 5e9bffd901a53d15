import { Checkbox } from '@mantine/core'
import { knownActions } from '../audit/sentences.ts'
import styles from './EventChoice.module.css'

type Props = { chosen: readonly string[]; onChange: (chosen: string[]) => void; error: string | undefined }

const groups = [...Map.groupBy(knownActions, ({ action }) => action.slice(0, action.indexOf('.')))].toSorted(
  ([a], [b]) => a.localeCompare(b),
)

/** Which events a webhook hears: every one, all about a subject, or single ones. */
export function EventChoice({ chosen, onChange, error }: Props) {
  const has = (pattern: string) => chosen.includes(pattern)
  const set = (pattern: string, on: boolean, instead: (other: string) => boolean = () => false) => {
    const rest = chosen.filter((each) => each !== pattern && !(on && instead(each)))
    onChange(on ? [...rest, pattern] : rest)
  }
  return (
    <fieldset className={styles.choice}>
      <legend>Events</legend>
      <Checkbox
        size="sm"
        label="Every event"
        checked={has('*')}
        onChange={(event) => set('*', event.currentTarget.checked, () => true)}
      />
      {!has('*') && (
        <div className={styles.groups}>
          {groups.map(([subject, actions]) => {
            const whole = `${subject}.*`
            const some = actions.filter(({ action }) => has(action)).length
            return (
              <details key={subject} open={has(whole) || some > 0}>
                <summary>
                  {subject.replaceAll('_', ' ')}
                  <span className="quiet">
                    {has(whole) ? ' all' : some > 0 ? ` ${some} of ${actions.length}` : ` ${actions.length}`}
                  </span>
                </summary>
                <Checkbox
                  size="xs"
                  label={`Everything about it (${whole})`}
                  checked={has(whole)}
                  onChange={(event) =>
                    set(whole, event.currentTarget.checked, (other) => other.startsWith(`${subject}.`))
                  }
                />
                {!has(whole) &&
                  actions.map(({ action, words }) => (
                    <Checkbox
                      key={action}
                      size="xs"
                      label={
                        <>
                          {words} <span className="fact quiet">{action}</span>
                        </>
                      }
                      checked={has(action)}
                      onChange={(event) => set(action, event.currentTarget.checked)}
                    />
                  ))}
              </details>
            )
          })}
        </div>
      )}
      {error && (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      )}
    </fieldset>
  )
}
