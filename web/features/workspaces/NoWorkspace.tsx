import { ApiError } from '../../api/problem.ts'
import { currentWorkspace, enterWorkspace, isFirstWorkspace } from '../../api/workspace.ts'
import { Button } from '../../ui/Button.tsx'
import { RouteError } from '../../ui/RouteError.tsx'

/** What stands instead of the pages of a workspace that is not there, or into which nobody let this person. */
export function NoWorkspace({ error, reset }: { error: unknown; reset: () => void }) {
  if (isFirstWorkspace() || !(error instanceof ApiError && error.status === 404)) {
    return (
      <main style={{ padding: '64px 26px', maxWidth: 620 }}>
        <RouteError error={error} reset={reset} />
      </main>
    )
  }
  return (
    <main style={{ padding: '64px 26px', maxWidth: 560 }} className="stack">
      <h1>You are not in the workspace {currentWorkspace()}</h1>
      <p className="quiet">
        It may not be there, or nobody gave you a role in it. One of its administrators can, on the page People.
      </p>
      <div>
        <Button kind="go" onClick={() => enterWorkspace('main')}>
          Go to the workspace main
        </Button>
      </div>
    </main>
  )
}
