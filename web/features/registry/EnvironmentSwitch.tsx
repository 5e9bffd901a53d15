import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { environments } from './queries.ts'

type Props = { value: string | undefined; onChange: (environment: string) => void }

/** For which environment the page answers. */
export function EnvironmentSwitch({ value, onChange }: Props) {
  const { data } = useQuery(environments)
  const names = data?.map((each) => each.name) ?? []
  if (value && !names.includes(value)) names.push(value)
  return (
    <NativeSelect
      aria-label="Environment"
      size="xs"
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={names.map((name) => ({ value: name, label: `for ${name}` }))}
    />
  )
}
