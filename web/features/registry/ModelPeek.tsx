import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { InventoryRow } from '../../../src/modules/registry/schema.ts'
import { KeyValues, Pair } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { standing } from '../gate/queries.ts'
import { gapsOf } from './gaps.ts'
import { toneOf } from './VersionLead.tsx'

export function ModelPeek({ row, onClose }: { row: InventoryRow; onClose: () => void }) {
  const { model, latest, deployments } = row
  const gaps = gapsOf(row)
  const { data } = useQuery({ ...standing(model.name, latest?.version ?? 0), enabled: latest !== null })
  return (
    <Peek
      title={
        <Link to="/models/$name" params={{ name: model.name }}>
          {model.name}
        </Link>
      }
      onClose={onClose}
    >
      {model.purpose ? <Quote>{model.purpose}</Quote> : <Tone tone="unknown">Nobody has stated the purpose</Tone>}
      {data && latest && (
        <p style={{ marginTop: 10 }}>
          <Tone tone={toneOf(data)}>version {latest.version}</Tone> {data.sentence}
        </p>
      )}
      <div style={{ marginTop: 10 }}>
        <KeyValues>
          <Pair name="Owner">
            <PersonName id={model.owner} />
          </Pair>
          <Pair name="Tier">{model.tier ?? 'nobody has said'}</Pair>
          <Pair name="Versions">{row.versions}</Pair>
          <Pair name="Aliases" wrap>
            {model.aliases.map((each) => `${each.alias} ${each.version}`).join(', ') || 'none'}
          </Pair>
          <Pair name="Deployed" wrap>
            {deployments.map((each) => `${each.environment} ${each.version}`).join(', ') || 'nowhere'}
          </Pair>
          <Pair name="Changed">
            <Moment at={model.updated_at} />
          </Pair>
          <Pair name="Gaps" wrap>
            {gaps.join(', ') || 'none'}
          </Pair>
        </KeyValues>
      </div>
    </Peek>
  )
}
