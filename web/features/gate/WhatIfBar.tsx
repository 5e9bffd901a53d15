import { TextInput } from '@mantine/core'
import type { Explanation } from '../../../src/modules/gate/schema.ts'
import { Button } from '../../ui/Button.tsx'
import styles from './Explain.module.css'
import type { WhatIf } from './what-if.ts'

type Props = { explanation: Explanation; search: WhatIf; assume: (next: WhatIf) => void; reset: () => void }

/** The moment that the answer is about, and the way back to what is. */
export function WhatIfBar({ explanation, search, assume, reset }: Props) {
  const today = new Date().toISOString().slice(0, 10)
  const unmet = explanation.policies.flatMap(({ requirements }) =>
    requirements.filter(
      ({ requirement, assumed }) =>
        assumed === null && !requirement.waiver && requirement.state !== 'met' && requirement.state !== 'attention',
    ),
  )
  const all = () => {
    const keys = unmet.map(({ requirement }) => `${requirement.policy.name}/${requirement.id}`)
    assume({ ...search, met: [...(search.met ? [search.met] : []), ...keys].join(',') })
  }
  return (
    <div className={styles.bar}>
      <TextInput
        type="date"
        size="xs"
        label="On the day"
        min={today}
        value={search.at?.slice(0, 10) ?? ''}
        onChange={({ currentTarget: { value } }) => {
          assume({ ...search, at: value > today ? `${value}T12:00:00.000Z` : undefined })
        }}
      />
      {unmet.length > 0 && <Button onClick={all}>If all of it were met</Button>}
      {explanation.hypothetical && (
        <Button kind="bare" onClick={reset}>
          As it is
        </Button>
      )}
      <span className="quiet small">
        The server judges the same policies and facts anew. Nothing is issued or recorded.
      </span>
    </div>
  )
}
