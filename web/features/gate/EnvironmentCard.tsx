import { useQuery } from '@tanstack/react-query'
import type { Environment } from '../../../src/modules/registry/schema.ts'
import { Card, Pairs } from '../../ui/Card.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { environments } from '../registry/queries.ts'

const modes: Record<Environment['mode'], { tone: 'met' | 'attention' | 'unknown'; word: string }> = {
  enforce: { tone: 'met', word: 'enforced' },
  warn: { tone: 'attention', word: 'warns only' },
  observe: { tone: 'unknown', word: 'observes only' },
}

/** How strict each environment is, which aliases ask it, and from which severity on open findings block it. */
export function EnvironmentCard() {
  const query = useQuery(environments)
  return (
    <Card title="Environments">
      <Loaded query={query} lines={3}>
        {(list) => (
          <Pairs
            rows={list.map((each) => ({
              key: each.name,
              name: (
                <>
                  {each.name}
                  <span className="quiet small" style={{ display: 'block' }}>
                    {each.protected_aliases.length > 0 && `protects ${each.protected_aliases.join(', ')}`}
                  </span>
                  <span className="quiet small" style={{ display: 'block' }}>
                    {each.findings_block !== 'none' && `findings from ${each.findings_block} block`}
                  </span>
                </>
              ),
              value: <Tone tone={modes[each.mode].tone}>{modes[each.mode].word}</Tone>,
            }))}
          />
        )}
      </Loaded>
    </Card>
  )
}
