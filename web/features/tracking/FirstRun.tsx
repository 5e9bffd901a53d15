import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Card } from '../../ui/Card.tsx'
import { Command } from '../../ui/Copy.tsx'
import { server } from '../server/queries.ts'

/** What to do while nothing has been logged: point a client here, or bring what there is. */
export function FirstRun() {
  const { data } = useQuery(server)
  const address = window.location.origin
  const token = data?.open === false ? '\nexport MLFLOW_TRACKING_TOKEN=mk_…' : ''
  return (
    <Card title="Point your MLflow client here">
      <div className="stack">
        <p style={{ margin: 0 }}>
          Nothing has been logged yet. Any MLflow client works unchanged against this address
          {token ? (
            <>
              , with a{' '}
              <Link to="/people" search={{ tab: 'tokens' }}>
                token
              </Link>{' '}
              that may tracking.write and artifacts.write.
            </>
          ) : (
            '.'
          )}
        </p>
        <Command text={`export MLFLOW_TRACKING_URI=${address}${token}`} />
        <p style={{ margin: 0 }}>Experiments, runs and models of another MLflow server come over with one command.</p>
        <Command text="modelkeep import mlflow http://mlflow.example:5000 --dry-run" />
      </div>
    </Card>
  )
}
