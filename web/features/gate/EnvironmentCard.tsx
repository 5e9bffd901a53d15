import { useQuery } from '@tanstack/react-query'
import type { AdmissionRules } from '../../../src/modules/admission/schema.ts'
import type { Environment } from '../../../src/modules/registry/schema.ts'
import { Card, Pairs } from '../../ui/Card.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { environments } from '../registry/queries.ts'
import { admissionRules } from './queries.ts'

const modes: Record<Environment['mode'], { tone: 'met' | 'attention' | 'unknown'; word: string }> = {
  enforce: { tone: 'met', word: 'enforced' },
  warn: { tone: 'attention', word: 'warns only' },
  observe: { tone: 'unknown', word: 'observes only' },
}

/** How strict each environment is, which aliases ask it, and from which severity on open findings block it. */
export function EnvironmentCard() {
  const query = useQuery(environments)
  const { data: rules } = useQuery(admissionRules)
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
                  <span className="quiet small" style={{ display: 'block' }}>
                    {awayText(each)}
                  </span>
                  <span className="quiet small" style={{ display: 'block' }}>
                    {clusterText(rules?.find(({ environment }) => environment === each.name))}
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

/** What pipelines do while this server is away. */
function awayText({ offline }: Environment): string {
  return offline.rule === 'fail_closed'
    ? 'stops while the server is away'
    : `goes by its last verdict for ${offline.max_age_hours} hours while the server is away`
}

/** What a cluster's workloads meet here; nothing where no cluster was told of. */
function clusterText(rules: AdmissionRules | undefined): string | null {
  if (!rules) return null
  const parts = [
    ...(rules.namespaces.length > 0 ? [`namespaces ${rules.namespaces.join(', ')}`] : []),
    ...(rules.without_model === 'deny' ? ['workloads must name a model'] : []),
  ]
  return parts.length === 0 ? null : parts.join('; ')
}
