import { useQuery } from '@tanstack/react-query'
import { Card } from '../../ui/Card.tsx'
import { ConditionList } from './ConditionList.tsx'
import { conditionsOf } from './queries.ts'

/** What the approval for an environment still rests on somebody doing. Nothing where it rests on nothing. */
export function ConditionsCard({
  model,
  version,
  environment,
}: {
  model: string
  version: number
  environment: string
}) {
  const query = useQuery(conditionsOf(model, version))
  const open = (query.data ?? []).filter((each) => each.environment === environment && each.state === 'open')
  if (open.length === 0) return null
  return (
    <Card title={`Conditions of the approval for ${environment}`}>
      <ConditionList conditions={open} />
    </Card>
  )
}
