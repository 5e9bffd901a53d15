import type { TestApp, TestReply } from './app.ts'

/** Keeps cookies and the session's token as a browser does, without the browser. */
export function testBrowser(app: Pick<TestApp, 'anonymous'>) {
  const cookies = new Map<string, string>()
  let csrf: string | undefined

  async function request(method: string, url: string, body?: unknown): Promise<TestReply> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const reply = await app.anonymous.request(method, url, body ?? (method === 'GET' ? undefined : {}), {
      ...(cookie ? { cookie } : {}),
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
      'user-agent': 'test browser',
    })
    for (const each of [reply.headers['set-cookie'] ?? []].flat().map(String)) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? []
      if (/Expires=Thu, 01 Jan 1970/.test(each)) cookies.delete(name)
      else cookies.set(name, value)
    }
    if (String(reply.headers['content-type']).includes('json')) {
      const answer = reply.json()
      csrf = answer.csrf ?? answer.session?.csrf ?? csrf
    }
    return reply
  }

  return {
    cookies,
    request,
    get: (url: string) => request('GET', url),
    post: (url: string, body?: unknown) => request('POST', url, body),
    delete: (url: string) => request('DELETE', url),
    /** Reads the session, and with it the token for changes. */
    session: () => request('GET', '/session'),
    signIn: (login: string, password: string) => request('POST', '/session', { login, password }),
  }
}
export type TestBrowser = ReturnType<typeof testBrowser>
