import { TagsInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { mostObjects } from '../../../src/modules/auditor-requests/schema.ts'
import { inventory } from '../registry/queries.ts'

type Props = { label: string; value: string[]; onChange: (value: string[]) => void }

/** Models from the list; everything else by its id, or by pasting the address of its page. */
export function ObjectsInput({ label, value, onChange }: Props) {
  const { data } = useQuery(inventory({ sort: 'name' }))
  const models = data?.rows.flatMap(({ model, latest }) =>
    latest ? [model.name, `${model.name}@${latest.version}`] : [model.name],
  )
  return (
    <TagsInput
      label={label}
      description="A model, MODEL@VERSION, an id such as evi_… or event:12, or the address of a page."
      size="sm"
      clearable
      clearButtonProps={{ 'aria-label': 'Name nothing' }}
      maxTags={mostObjects}
      splitChars={[' ', ',']}
      acceptValueOnBlur
      data={models ?? []}
      value={value}
      onChange={onChange}
      comboboxProps={{ transitionProps: { duration: 0 } }}
    />
  )
}
