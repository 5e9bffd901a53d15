import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Cell, SubjectType } from '../../../src/modules/duties/schema.ts'
import { Card, Pairs } from '../../ui/Card.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { matrix } from './queries.ts'
import { cellTones, dutyTitle } from './words.ts'

/** The people who answer for one record, and the duties that nobody holds. */
export function SubjectDuties({ type, name }: { type: SubjectType; name: string }) {
  const query = useQuery(matrix({ type, name }))
  return (
    <Card
      title="Duties"
      actions={
        <Link to="/duties" search={{ tab: type === 'model' ? 'models' : undefined, search: name }}>
          People and duties
        </Link>
      }
    >
      <Loaded query={query} lines={5}>
        {({ rows: [row] }) => {
          return row ? (
            <Pairs
              rows={row.cells.map((cell) => ({
                key: cell.duty,
                name: dutyTitle(cell.duty),
                value: <Who cell={cell} />,
              }))}
            />
          ) : (
            <p className="quiet">Duties are shown to those who may see who has a role here.</p>
          )
        }}
      </Loaded>
    </Card>
  )
}

function Who({ cell: { state, assignments } }: { cell: Cell }) {
  const { tone, word } = cellTones[state]
  const held = assignments.filter((each) => each.state === 'accepted' || each.state === 'proposed')
  if (held.length === 0) return <Tone tone={tone}>{word}</Tone>
  return (
    <>
      {held.map(({ id, person }) => (
        <div key={id}>
          <Tone tone={tone}>
            <PersonName id={person} />
          </Tone>
          {state !== 'accepted' && <span className="quiet small"> {word}</span>}
        </div>
      ))}
    </>
  )
}
