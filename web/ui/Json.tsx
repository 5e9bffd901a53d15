import { ScrollRegion } from './ScrollRegion.tsx'
/** A value as indented JSON, for those who want the machine's own words. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <ScrollRegion label={label} style={{ overflow: 'auto', maxHeight: 480 }}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </ScrollRegion>
  )
}
