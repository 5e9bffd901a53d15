import { NativeSelect } from '@mantine/core'
import styles from './EvaluatePage.module.css'

type Props = {
  classes: readonly string[]
  columns: readonly string[]
  scores: Readonly<Record<string, string>>
  change: (scores: Record<string, string>) => void
}

/** The column with the probability of each class. */
export function ClassColumns({ classes, columns, scores, change }: Props) {
  return (
    <div className={styles.classes}>
      {classes.map((name) => (
        <NativeSelect
          key={name}
          size="sm"
          label={name}
          value={scores[name] ?? ''}
          onChange={({ currentTarget: { value } }) => {
            const { [name]: _, ...others } = scores
            change(value === '' ? others : { ...others, [name]: value })
          }}
          data={[{ value: '', label: 'none' }, ...columns.map((column) => ({ value: column, label: column }))]}
        />
      ))}
    </div>
  )
}
