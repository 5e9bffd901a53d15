import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { launchBrowser } from './tools.ts'

const mlflow = '/api/2.0/mlflow'
const password = 'correct horse battery'
const payload = `"><img src=x onerror="window.ran=1"><svg onload="window.ran=1"><script>window.ran=1</script>`
const markdown = `${payload}\n\n[link](javascript:window.ran=1) ![image](javascript:window.ran=1)\n\n<a href="javascript:window.ran=1">x</a>`

test('names, tags and Markdown that carry scripts are text on every page', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'modelkeep-names-'))
  const app = await createApp({
    dataDir,
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://127.0.0.1',
    database: { kind: 'sqlite' },
    log: false,
    trustProxy: false,
  })
  const browser = await launchBrowser()
  try {
    const person = { login: 'ada', name: payload.slice(0, 150), kind: 'person' as const, password }
    await app.access.people.create(serverActor, { ...person, grants: [{ role: 'administrator', model: null }] })
    const address = await app.http.listen({ host: '127.0.0.1', port: 0 })
    const authorization = `Basic ${btoa(`ada:${password}`)}`
    const send = async (method: string, url: string, body: unknown) => {
      const isText = typeof body === 'string'
      const headers = { authorization, 'content-type': isText ? 'application/octet-stream' : 'application/json' }
      const reply = await fetch(`${address}${url}`, { method, headers, body: isText ? body : JSON.stringify(body) })
      if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`)
      return JSON.parse((await reply.text()) || '{}')
    }

    const tags = [
      { key: 'mlflow.runName', value: payload },
      { key: 'mlflow.note.content', value: markdown },
      { key: 'other', value: payload },
    ]
    const { experiment_id } = await send('POST', `${mlflow}/experiments/create`, { name: payload, tags })
    const { run } = await send('POST', `${mlflow}/runs/create`, { experiment_id, start_time: 1, tags })
    const { run_id, artifact_uri } = run.info
    await send('POST', `${mlflow}/runs/log-parameter`, { run_id, key: 'p', value: payload })
    const root = artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/')
    await send('PUT', `${root}/model/notes.md`, markdown)
    await send('PUT', `${root}/model/page.html`, payload)
    const name = 'x<img src=x onerror=window.ran=1>'
    await send('POST', `${mlflow}/registered-models/create`, { name, description: markdown, tags })
    await send('POST', `${mlflow}/model-versions/create`, {
      name,
      source: `${artifact_uri}/model`,
      run_id,
      description: markdown,
      tags,
    })
    await send('PATCH', `/api/v1/models/${encodeURIComponent(name)}`, { purpose: payload })

    const context = await browser.newContext()
    const signedIn = await context.request.post(`${address}/api/v1/session`, { data: { login: 'ada', password } })
    expect(signedIn.status()).toBe(200)
    const page = await context.newPage()
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      return dialog.dismiss()
    })
    const model = `/models/${encodeURIComponent(name)}`
    const pages: [path: string, shows: string][] = [
      ['/inventory', 'onerror='],
      [model, 'onerror='],
      [`${model}/versions/1`, 'onerror='],
      [`${model}/versions/1?tab=files`, 'notes.md'],
      ['/experiments', 'onerror='],
      [`/experiments/${experiment_id}`, 'onerror='],
      [`/runs/${run_id}`, 'onerror='],
      [`/runs/${run_id}?tab=artifacts&file=model/notes.md`, 'onerror='],
      [`/runs/${run_id}?tab=artifacts&file=model/page.html`, 'page.html'],
      ['/people', 'onerror='],
      ['/trail', 'onerror='],
    ]
    for (const [path, shows] of pages) {
      await page.goto(`${address}${path}`)
      await page.getByText(shows).first().waitFor({ state: 'attached', timeout: 15_000 })
      expect(await page.evaluate(() => Reflect.get(globalThis, 'ran')), path).toBeUndefined()
      expect(await page.locator('img[onerror], svg[onload], a[href^="javascript"]').count(), path).toBe(0)
    }
    expect(dialogs).toEqual([])
  } finally {
    await browser.close()
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}, 120_000)
