import { DemoError } from './show.ts'

type Json = Record<string, unknown>

/** MLflow's REST API as its clients speak it, with a token as Bearer. */
export function mlflowClient(url: string, token: string) {
  const authorization = `Bearer ${token}`

  async function call<T = Json>(method: 'GET' | 'POST', path: string, input: Json = {}): Promise<T> {
    const query = method === 'GET' ? `?${new URLSearchParams(input as Record<string, string>)}` : ''
    const reply = await fetch(`${url}/api/2.0/mlflow/${path}${query}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: JSON.stringify(input) } : {}),
    })
    const text = await reply.text()
    if (!reply.headers.get('content-type')?.includes('json'))
      throw new DemoError(`${path} answered ${reply.status}: ${text.slice(0, 200)}`)
    const answer = JSON.parse(text) as Json
    if (!reply.ok) throw new MlflowError(String(answer.error_code), `${path}: ${answer.message}`)
    return answer as T
  }

  async function upload(path: string, bytes: Uint8Array | string): Promise<void> {
    const reply = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${path}`, {
      method: 'PUT',
      headers: { authorization },
      body: typeof bytes === 'string' ? bytes : Buffer.from(bytes),
    })
    if (!reply.ok) throw new DemoError(`uploading ${path} failed: ${await reply.text()}`)
  }

  return {
    get: <T = Json>(path: string, input?: Json) => call<T>('GET', path, input),
    post: <T = Json>(path: string, input?: Json) => call<T>('POST', path, input),
    upload,
  }
}

export type Mlflow = ReturnType<typeof mlflowClient>

export class MlflowError extends Error {
  override readonly name = 'MlflowError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
