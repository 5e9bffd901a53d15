import { MultiSelect, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Role } from '../../../src/modules/access/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { rule, setRule } from './queries.ts'

/** Who must have a second factor; it is asked for at the next sign-in. */
export function SecondFactorRuleCard() {
  const query = useQuery(rule)
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: setRule,
    onSuccess: (next) => client.setQueryData(rule.queryKey, next),
  })
  return (
    <Card title="Who needs a second factor">
      <Loaded query={query} lines={2}>
        {(now) => (
          <div className="stack">
            <Switch
              label="Everyone"
              size="sm"
              checked={now.everyone}
              disabled={change.isPending}
              onChange={(event) => change.mutate({ ...now, everyone: event.currentTarget.checked })}
            />
            {!now.everyone && (
              <MultiSelect
                label="People with these roles"
                size="sm"
                data={[...new Set([...Role.options, ...now.roles])]}
                value={now.roles}
                disabled={change.isPending}
                onChange={(roles) => change.mutate({ ...now, roles })}
                comboboxProps={{ transitionProps: { duration: 0 } }}
              />
            )}
            <p className="small quiet" style={{ margin: 0 }}>
              Asked for at the next sign-in with a password. Providers decide for themselves.
            </p>
            {change.error && <ErrorState error={change.error} />}
          </div>
        )}
      </Loaded>
    </Card>
  )
}
