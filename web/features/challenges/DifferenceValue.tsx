import type { Difference, RequirementSide } from '../../../src/modules/challenges/schema.ts'
import { Tone, toneWords } from '../../ui/Tone.tsx'
import { Fact, Human } from '../../ui/Voice.tsx'

/** What one version says in one row. */
export function DifferenceValue({ row, side }: { row: Difference; side: 'a' | 'b' }) {
  if (row.part === 'requirement') {
    const value = row[side]
    if (value === null) return <span className="quiet">not asked</span>
    return (
      <>
        <Tone tone={value.waived_until === null ? value.state : 'attention'}>{wordOf(value)}</Tone>
        <div className="quiet small">{value.explanation}</div>
      </>
    )
  }
  const text = row[side]
  if (text === null) return <span className="quiet">none</span>
  switch (row.part) {
    case 'description':
      return <Human>{text}</Human>
    case 'waiver':
    case 'finding':
      return text
    default:
      return <Fact title={text}>{short(text)}</Fact>
  }
}

/** The whole of it, for a file. */
export function valueText(row: Difference, side: 'a' | 'b'): string | null {
  if (row.part !== 'requirement') return row[side]
  const value = row[side]
  return value && `${wordOf(value)}: ${value.explanation}`
}

const wordOf = ({ state, waived_until }: RequirementSide) =>
  waived_until === null ? toneWords[state] : `Waived until ${waived_until.slice(0, 10)}`

const short = (text: string) => {
  if (text.startsWith('sha256:')) return `${text.slice(7, 19)}…`
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
