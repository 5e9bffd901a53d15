import { counted } from '../../../ui/Voice.tsx'
import styles from './EvaluatePage.module.css'
import type { GuessedColumn, ProtocolDraft } from './protocol-draft.ts'

/** More values than this are no groups that anybody compares. */
const mostGroups = 50

type Props = {
  columns: readonly GuessedColumn[]
  draft: ProtocolDraft
  complaint: string | undefined
  change: (chosen: string[]) => void
}

/** Columns that have few enough values to be groups. */
export function ProtectedChoice({ columns, draft, complaint, change }: Props) {
  const { label, score, predicted, value, id } = draft
  const taken = [label, score, predicted, value, id, ...Object.values(draft.scores)]
  const possible = columns.filter(
    ({ name, distinct }) =>
      draft.protected.includes(name) || (distinct > 1 && distinct <= mostGroups && !taken.includes(name)),
  )
  return (
    <fieldset className={styles.groups} aria-invalid={complaint !== undefined}>
      <legend className={styles.spoken}>Protected attributes</legend>
      {possible.map(({ name, distinct, values }) => (
        <label key={name} className={styles.group} title={values.join(', ')}>
          <input
            type="checkbox"
            checked={draft.protected.includes(name)}
            onChange={({ currentTarget: { checked } }) =>
              change(
                possible
                  .map((each) => each.name)
                  .filter((each) => (each === name ? checked : draft.protected.includes(each))),
              )
            }
          />
          <span>
            {name} <span className="quiet">{counted(distinct, 'group')}</span>
          </span>
        </label>
      ))}
      {possible.length === 0 && <span className="small quiet">No column has few enough values to be groups.</span>}
      {complaint && <p className={styles.complaint}>{complaint}</p>}
    </fieldset>
  )
}
