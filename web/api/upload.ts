import type { z } from 'zod'
import { base, unsafeHeaders } from './http.ts'
import { ApiError, misshapen, Problem, unreachable } from './problem.ts'

export type Upload<T> = { readonly answer: Promise<T>; readonly cancel: () => void }

/** Sends a file as it is, and tells how much of it is through, which `fetch` cannot. A cancelled upload never answers. */
export function upload<S extends z.ZodType>(
  path: string,
  file: Blob,
  schema: S,
  progress: (share: number) => void,
): Upload<z.infer<S>> {
  const request = new XMLHttpRequest()
  const answer = new Promise<z.infer<S>>((resolve, reject) => {
    request.open('POST', base + path)
    for (const [name, value] of unsafeHeaders()) request.setRequestHeader(name, value)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 1)
    request.onerror = () => reject(new ApiError(unreachable()))
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status >= 400) return reject(new ApiError(refusal(request.status, body)))
      const known = schema.safeParse(body)
      if (known.success) resolve(known.data)
      else reject(new ApiError(misshapen(path, known.error.issues[0]?.message ?? 'unreadable')))
    }
    request.send(file)
  })
  return { answer, cancel: () => request.abort() }
}

function refusal(status: number, body: unknown): Problem {
  return Problem.safeParse(body).data ?? Problem.parse({ title: `Status ${status}`, status })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
