import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Rule, RuleInput, RuleState } from '../../../src/modules/retention/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { everything, rules, runRule, setRuleState } from './queries.ts'
import { RuleForm } from './RuleForm.tsx'
import { RulePreview } from './RulePreview.tsx'

/** Rules as sentences; what each would do today is one click away. */
export function RulesTab() {
  const query = useQuery(rules)
  const may = useMay()
  const [shown, setShown] = useState<RuleInput>()
  return (
    <div className="cols">
      <div>
        <Loaded query={query} lines={5}>
          {(list) =>
            list.length === 0 ? (
              <EmptyState title="There is no rule yet." command="modelkeep retention add rule.json">
                Without one, what is deleted stays until somebody restores or purges it.
              </EmptyState>
            ) : (
              list.map((rule) => <RuleCard key={rule.id} rule={rule} onPreview={() => setShown(rule)} />)
            )
          }
        </Loaded>
        {shown && <RulePreview input={{ name: shown.name, rule: shown.rule }} onClose={() => setShown(undefined)} />}
      </div>
      <aside aria-label="New rule">{may('retention.write') && <RuleForm onPreview={setShown} />}</aside>
    </div>
  )
}

function RuleCard({ rule, onPreview }: { rule: Rule; onPreview: () => void }) {
  const client = useQueryClient()
  const may = useMay()
  const onSuccess = () => client.invalidateQueries(everything)
  const set = useMutation({ mutationFn: (state: RuleState) => setRuleState(rule, state), onSuccess })
  const run = useMutation({ mutationFn: () => runRule(rule.id), onSuccess })
  const error = set.error ?? run.error
  return (
    <Card
      title={rule.name}
      actions={rule.state === 'enabled' ? <Tone tone="met">enabled</Tone> : <Tone tone="unknown">not enabled</Tone>}
    >
      <p className="human">{rule.sentence}</p>
      <p className="quiet small">
        Version {rule.version}, <Moment at={rule.created_at} />
        {rule.next_at && (
          <>
            {' '}
            · next turn <Moment at={rule.next_at} />
          </>
        )}
      </p>
      {error && <ErrorState error={error} />}
      <div className="row">
        <Button onClick={onPreview}>Preview</Button>
        {may('retention.write') &&
          (rule.state === 'enabled' ? (
            <>
              <Button onClick={() => run.mutate()} busy={run.isPending}>
                Carry out now
              </Button>
              <Button onClick={() => set.mutate('disabled')} busy={set.isPending}>
                Disable
              </Button>
            </>
          ) : (
            <>
              <Button kind="go" onClick={() => set.mutate('enabled')} busy={set.isPending}>
                Enable
              </Button>
              <Button kind="bare" onClick={() => set.mutate('removed')} aria-label={`Remove the rule ${rule.name}`}>
                Remove
              </Button>
            </>
          ))}
      </div>
    </Card>
  )
}
