import { type ReactNode, useId } from 'react'
import styles from './Choice.module.css'

export type Option<V extends string> = { value: V; title: ReactNode; detail?: ReactNode }

type Props<V extends string> = {
  label: string
  options: readonly Option<V>[]
  value: V
  onChange: (value: V) => void
}

/** One of a few, each said in a sentence. */
export function Choice<V extends string>({ label, options, value, onChange }: Props<V>) {
  const name = useId()
  return (
    <fieldset className={styles.choice}>
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.option}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.title}</span>
          {option.detail && <span className={styles.detail}>{option.detail}</span>}
        </label>
      ))}
    </fieldset>
  )
}
