import type { Evidence } from '../../../src/modules/evaluation/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Json } from '../../ui/Json.tsx'

/** A result that has no picture. */
export function ResultAsItIs({ item }: { item: Evidence }) {
  return (
    <Card title="Result">
      <Json value={item.result} label="Result" />
    </Card>
  )
}
