import { NativeSelect } from '@mantine/core'
import { usePeople } from '../access/people.tsx'

type Props = {
  label: string
  value: string
  onChange: (person: string) => void
  except?: string
  /** Those who left, too: their duties are handed over. */
  withLeft?: boolean
  any?: string
  hideLabel?: boolean
}

/** A person who is there; services answer for nothing. */
export function PersonChoice({ label, value, onChange, except, withLeft = false, any, hideLabel = false }: Props) {
  const people = [...usePeople().values()].filter(
    ({ id, kind, disabled_at }) => kind === 'person' && id !== except && (withLeft || disabled_at === null),
  )
  return (
    <NativeSelect
      {...(hideLabel ? { 'aria-label': label } : { label })}
      size={hideLabel ? 'sm' : 'xs'}
      {...(hideLabel ? { style: { maxWidth: 320 } } : {})}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: any ?? 'Choose' },
        ...people.map(({ id, name, login, disabled_at }) => ({
          value: id,
          label: `${name} (${login})${disabled_at ? ', left' : ''}`,
        })),
      ]}
    />
  )
}
