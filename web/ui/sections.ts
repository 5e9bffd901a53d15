import { useRouter } from '@tanstack/react-router'
import { inWorkspace } from '../api/workspace.ts'

export type Section = { title: string; to: string; key: string; count?: number | undefined }
export type NavGroup = { title: string; sections: readonly Section[] }

/** Goes to a path of the application. */
export function useGo(): (path: string) => void {
  const router = useRouter()
  return (path) => router.history.push(inWorkspace(path))
}
