import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ModelVersion } from '../../../../src/modules/registry/schema.ts'
import { Page } from '../../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../../ui/States.tsx'
import { useMay } from '../../access/people.tsx'
import { version } from '../../registry/queries.ts'
import { ConfirmStep } from './ConfirmStep.tsx'
import styles from './EvaluatePage.module.css'
import { FileStep } from './FileStep.tsx'
import { LiveStep } from './LiveStep.tsx'

const route = getRouteApi('/signed-in/models/$name/versions/$which/evaluate')
const steps = ['Table', 'Columns', 'Result'] as const

/** From a file to a result: choose a table, confirm what its columns mean, see what the server finds. */
export function EvaluatePage() {
  const { name, which } = route.useParams()
  const query = useQuery(version(name, which))
  return (
    <Loaded query={query} lines={10} what={`${name} ${which}`}>
      {(found) => <Found version={found} />}
    </Loaded>
  )
}

function Found({ version }: { version: ModelVersion }) {
  const { dataset, evaluation } = route.useSearch()
  const navigate = route.useNavigate()
  const may = useMay()
  const step = evaluation ? 2 : dataset ? 1 : 0
  const allowed = may('evaluation.run', version.model)
  return (
    <Page
      title={`Evaluate ${version.model} ${version.version}`}
      heading={
        <>
          Evaluate {version.model} <span className="fact">{version.version}</span>
        </>
      }
    >
      <ol className={styles.steps} aria-label="Steps">
        {steps.map((title, index) => (
          <li
            key={title}
            aria-current={index === step ? 'step' : undefined}
            className={index < step ? styles.past : undefined}
          >
            <span className={styles.number}>{index + 1}</span>
            {index === 0 && step === 1 ? (
              <Link from="/models/$name/versions/$which/evaluate" to="." search={{}}>
                {title}
              </Link>
            ) : (
              title
            )}
          </li>
        ))}
      </ol>
      {!allowed ? (
        <EmptyState title="You may not evaluate this model.">
          It takes a role with the permission evaluation.run; an administrator can give it on the page People.
        </EmptyState>
      ) : evaluation ? (
        <LiveStep
          id={evaluation}
          version={version}
          again={() => void navigate({ search: (old) => ({ ...old, evaluation: undefined }) })}
        />
      ) : dataset ? (
        <ConfirmStep
          key={dataset}
          version={version}
          digest={dataset}
          started={(id) => void navigate({ search: (old) => ({ ...old, evaluation: id }) })}
        />
      ) : (
        <FileStep version={version} chosen={(digest) => void navigate({ search: { dataset: digest } })} />
      )}
    </Page>
  )
}
