import { encode } from 'uqr'

/** Dark on white in both themes, because cameras expect it. Drawn here: the secret goes nowhere. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 2 })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      width="184"
      height="184"
      shapeRendering="crispEdges"
      style={{ background: '#fff', borderRadius: 4, border: '1px solid var(--line)', flex: 'none' }}
    >
      <path d={path} fill="#111" />
    </svg>
  )
}
