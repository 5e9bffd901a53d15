import { getRouteApi } from '@tanstack/react-router'

const route = getRouteApi('/signed-in/policies/$name/edit')

/** Which side of the policy stands beside its text. */
export function useStudioTab(): 'form' | 'tests' | 'impact' | 'changes' {
  return route.useSearch().tab ?? 'form'
}
