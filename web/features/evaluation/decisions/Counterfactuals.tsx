import type { DecisionResult } from '../../../../src/modules/evaluation/schema.ts'
import { Twin } from '../../../ui/Twin.tsx'
import { figureText } from '../../../ui/Voice.tsx'
import styles from './DecisionLookup.module.css'
import { waySentence } from './decision-words.ts'

/** The nearest rows that would have been decided otherwise. */
export function Counterfactuals({ result }: { result: DecisionResult }) {
  const { counterfactuals, favourable, fixed } = result
  const ways = (counterfactuals ?? []).map((way) => ({ ...way, words: waySentence(favourable, way) }))
  return (
    <section aria-label="What would have changed it">
      <h3>What would have changed it</h3>
      {ways.length === 0 ? (
        <p className="small quiet">Nothing within the values that occur in the data changes the decision.</p>
      ) : (
        <ul className={styles.ways}>
          {ways.map(({ words, prediction }) => (
            <li key={words}>
              {words}. <span className="quiet">The prediction would be {figureText(prediction)}.</span>
            </li>
          ))}
        </ul>
      )}
      {fixed.length > 0 && (
        <p className="small quiet">
          Left as they are, because nobody can change them or because they are protected: {fixed.join(', ')}.
        </p>
      )}
      {ways.length > 0 && (
        <Twin
          title="What would have changed it"
          rows={ways}
          columns={[
            { key: 'change', header: 'Change', value: ({ words }) => words },
            { key: 'prediction', header: 'Prediction', value: ({ prediction }) => prediction },
            { key: 'distance', header: 'Distance', value: ({ distance }) => distance },
          ]}
        />
      )}
    </section>
  )
}
