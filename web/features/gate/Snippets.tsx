import { useId, useState } from 'react'
import { Card } from '../../ui/Card.tsx'
import { CopyButton } from '../../ui/Copy.tsx'
import { ScrollRegion } from '../../ui/ScrollRegion.tsx'
import styles from './Explain.module.css'
import { snippetsOf } from './snippets.ts'

type Props = { model: string; version: number; environment: string }

/** How a pipeline asks about this version here, ready to paste. */
export function Snippets(subject: Props) {
  const name = useId()
  const list = snippetsOf({ ...subject, server: location.origin })
  const [chosen, setChosen] = useState(list[0]?.id)
  const shown = list.find(({ id }) => id === chosen)
  return (
    <Card title="Ask from a pipeline">
      <fieldset className={styles.kinds}>
        <legend className={styles.hidden}>Kind of pipeline</legend>
        {list.map(({ id, title }) => (
          <label key={id}>
            <input type="radio" name={name} value={id} checked={id === chosen} onChange={() => setChosen(id)} />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      {shown && (
        <div aria-live="polite">
          <div className={styles.about}>
            <span className="quiet small">{shown.about}</span>
            <CopyButton text={shown.text} what={`the snippet for ${shown.title}`} />
          </div>
          <div className={styles.snippet}>
            <ScrollRegion label={`Snippet for ${shown.title}`}>
              <pre className="fact">{shown.text}</pre>
            </ScrollRegion>
          </div>
        </div>
      )}
    </Card>
  )
}
