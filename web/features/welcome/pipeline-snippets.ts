export type PipelineKind = 'shell' | 'github' | 'gitlab'
export type Question = { url: string; model: string; version: string; environment: string }

/** One request to the gate: no installation, and a status that stops the pipeline only where the environment says so. */
export function snippetFor(kind: PipelineKind, question: Question): string {
  const { url, model, version, environment } = question
  const body = JSON.stringify({ model, version, environment })
  const ask = (token: string) =>
    [
      `curl --fail-with-body -sS -X POST ${url}/api/v1/gate/checks`,
      `  -H "authorization: Bearer ${token}" -H "content-type: application/json"`,
      `  -d '${body.replaceAll("'", "'\\''")}' | tee verdict.json | grep -q '"proceed":true'`,
    ].join(' \\\n')
  switch (kind) {
    case 'shell':
      return ask('$MODELKEEP_TOKEN')
    case 'github':
      return [
        '- name: Ask the gate',
        '  env:',
        `    MODELKEEP_TOKEN: ${'$'}{{ secrets.MODELKEEP_TOKEN }}`,
        '  run: |',
        ...ask('$MODELKEEP_TOKEN')
          .split('\n')
          .map((line) => `    ${line}`),
      ].join('\n')
    case 'gitlab':
      return [
        'gate:',
        '  script:',
        '    - |',
        ...ask('$MODELKEEP_TOKEN')
          .split('\n')
          .map((line) => `      ${line}`),
        '  artifacts:',
        '    paths: [verdict.json]',
      ].join('\n')
  }
}
