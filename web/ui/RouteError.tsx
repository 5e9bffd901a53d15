import { useRouter } from '@tanstack/react-router'
import { ApiError, unloaded } from '../api/problem.ts'
import { ErrorState } from './States.tsx'

/** An error that ends a page. Trying again asks the server again; code that did not come needs the whole document. */
export function RouteError({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter()
  if (isUnloaded(error)) {
    return <ErrorState error={new ApiError(unloaded())} retry={() => window.location.reload()} />
  }
  function again() {
    reset()
    void router.invalidate()
  }
  return <ErrorState error={error} retry={again} />
}

/** As the bundler and the browsers say that a part of the application did not come. */
const isUnloaded = (error: unknown) =>
  error instanceof Error &&
  /preload CSS|dynamically imported module|[Ii]mporting a module script failed/.test(error.message)
