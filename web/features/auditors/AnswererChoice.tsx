import { NativeSelect } from '@mantine/core'
import { permissionsIn } from '../../../src/modules/access/schema.ts'
import { usePeople } from '../access/people.tsx'

type Props = { label: string; value: string; onChange: (person: string) => void }

/** People who may answer an auditor; nobody in particular means the hosts. */
export function AnswererChoice({ label, value, onChange }: Props) {
  const people = [...usePeople().values()].filter(
    ({ kind, disabled_at, grants }) =>
      kind === 'person' &&
      disabled_at === null &&
      grants.some((grant) => permissionsIn(grant).includes('audit.answer')),
  )
  return (
    <NativeSelect
      label={label}
      size="sm"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: 'the hosts' },
        ...people.map(({ id, name, login }) => ({ value: id, label: `${name} (${login})` })),
      ]}
    />
  )
}
