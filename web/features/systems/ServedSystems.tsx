import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Card } from '../../ui/Card.tsx'
import { Loaded } from '../../ui/States.tsx'
import { systems } from './queries.ts'

/** The AI systems that a model serves. */
export function ServedSystems({ model }: { model: string }) {
  const query = useQuery(systems({ model }))
  return (
    <Card title="Serves">
      <Loaded query={query} lines={1}>
        {(list) =>
          list.length === 0 ? (
            <p className="quiet" style={{ margin: 0 }}>
              No <Link to="/systems">AI system</Link> is known to use it.
            </p>
          ) : (
            <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {list.map(({ id, name, tier }) => (
                <li key={id}>
                  <Link to="/systems/$name" params={{ name }}>
                    {name}
                  </Link>
                  <div className="quiet small">{tier ? `${tier} tier` : 'no tier yet'}</div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}
