import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

/** A job of a pipeline: its script, and the statuses with which the pipeline goes on to the next. */
export type PipelineJob = { script: string; goesOn: readonly number[] }

const example = (name: string) => readFile(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8')

/** The jobs of each example in the order in which its own system runs them. */
export const pipelines: Record<string, () => Promise<PipelineJob[]>> = {
  async 'github-actions.yml'() {
    const steps = z.object({
      jobs: z.object({ deploy: z.object({ steps: z.array(z.object({ run: z.string().optional() })) }) }),
    })
    const { jobs } = steps.parse(parse(await example('github-actions.yml')))
    return jobs.deploy.steps.flatMap(({ run }) => (run === undefined ? [] : [{ script: run, goesOn: [0] }]))
  },
  async 'gitlab-ci.yml'() {
    const Job = z.object({
      script: z.array(z.string()),
      allow_failure: z.object({ exit_codes: z.array(z.int()) }).optional(),
    })
    const file = z
      .object({
        stages: z.array(z.enum(['gate', 'deploy'])),
        default: z.object({ before_script: z.array(z.string()) }),
        gate: Job,
        deploy: Job,
      })
      .parse(parse(await example('gitlab-ci.yml')))
    return file.stages.map((stage) => ({
      script: [...file.default.before_script, ...file[stage].script].join('\n'),
      goesOn: [0, ...(file[stage].allow_failure?.exit_codes ?? [])],
    }))
  },
  async Jenkinsfile() {
    const scripts = [...(await example('Jenkinsfile')).matchAll(/sh '''\n(.*?)'''/gs)]
    return scripts.map(([, script = '']) => ({ script, goesOn: [0] }))
  },
  async 'argo-cd.yaml'() {
    const Container = z.object({ args: z.array(z.string()).length(1) })
    const spec = z.object({
      spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(Container) }) }) }),
    })
    const { containers } = spec.parse(parse(await example('argo-cd.yaml'))).spec.template.spec
    return [
      ...containers.map(({ args }) => ({ script: args.join('\n'), goesOn: [0] })),
      { script: './deploy.sh', goesOn: [0] },
    ]
  },
}

const modelkeep = fileURLToPath(new URL('../../bin/modelkeep.js', import.meta.url))
/** The command line that is checked out here. */
export const theCommandLine = `exec "${process.execPath}" "${modelkeep}" "$@"`

/**
 * Runs a pipeline in bash as far as it goes, with `npm` and `deploy.sh` that do nothing, and with `commandLine` as
 * `modelkeep`. The status is that of the job that stopped it.
 */
export async function runPipeline(
  jobs: readonly PipelineJob[],
  env: Record<string, string>,
  commandLine = theCommandLine,
) {
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-pipeline-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const scripts = { npm: 'exit 0', 'deploy.sh': 'touch deployed', modelkeep: commandLine }
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
    await chmod(join(folder, name), 0o755)
  }
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  const own = { PATH: `${folder}:${PATH}`, HOME: folder, NODE_COMPILE_CACHE }
  const all = { ...own, GITHUB_STEP_SUMMARY: join(folder, 'summary.md'), ...env }
  let output = ''
  let status = 0
  for (const { script, goesOn } of jobs) {
    const told = await bash(script, folder, all)
    output += told.output
    status = told.status
    if (!goesOn.includes(status)) break
  }
  const files = async (name: string) => readFile(join(folder, name), 'utf8').catch(() => undefined)
  return { status, output, deployed: (await files('deployed')) !== undefined, verdict: await files('verdict.json') }
}

function bash(script: string, cwd: string, env: Record<string, string>): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-eo', 'pipefail', '-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ status: code ?? 1, output }))
  })
}
