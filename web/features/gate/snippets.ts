export type Snippet = { id: string; title: string; about: string; text: string }

type Subject = { model: string; version: number; environment: string; server: string }

/** What to paste into a pipeline, for this version in this environment. Each goes on for 0 and 4, and stops otherwise. */
export function snippetsOf({ model, version, environment, server }: Subject): Snippet[] {
  const which = `${model}@${version}`
  const check = `modelkeep gate check ${which} --env ${environment}`
  const orWaived = `${check} || test $? = 4`
  return [
    {
      id: 'shell',
      title: 'Shell',
      about: 'Exit status 0 is allowed, 4 allowed under a waiver, 3 denied, 2 not asked.',
      text: `export MODELKEEP_URL=${server}\nexport MODELKEEP_TOKEN=…\n${check} --save verdict.json\nmodelkeep verdict verify verdict.json --online`,
    },
    {
      id: 'github',
      title: 'GitHub',
      about: 'A step before the one that deploys.',
      text: `- name: Ask the gate\n  run: ${orWaived}\n  env:\n    MODELKEEP_URL: ${server}\n    MODELKEEP_TOKEN: \${{ secrets.MODELKEEP_TOKEN }}`,
    },
    {
      id: 'gitlab',
      title: 'GitLab',
      about: 'A job in a stage before the one that deploys; a waiver leaves it with a warning.',
      text: `gate:\n  stage: gate\n  image: node:24\n  script:\n    - npm install --global "$MODELKEEP_PACKAGE"\n    - ${check} --save verdict.json\n  allow_failure:\n    exit_codes: [4]\n  artifacts:\n    when: always\n    paths: [verdict.json]`,
    },
    {
      id: 'jenkins',
      title: 'Jenkins',
      about: 'A stage before the one that deploys.',
      text: `stage('Gate') {\n  environment {\n    MODELKEEP_URL = '${server}'\n    MODELKEEP_TOKEN = credentials('modelkeep')\n  }\n  steps {\n    sh '${orWaived}'\n  }\n}`,
    },
    {
      id: 'argo',
      title: 'Argo CD',
      about: 'A hook before each synchronisation. While it fails, nothing is synchronised.',
      text: `apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: modelkeep-gate-\n  annotations:\n    argocd.argoproj.io/hook: PreSync\nspec:\n  backoffLimit: 0\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n        - name: gate\n          image: node:24\n          envFrom: [{ secretRef: { name: modelkeep } }]\n          command: [sh, -ec]\n          args:\n            - npm install --global "$MODELKEEP_PACKAGE"; ${orWaived}`,
    },
    {
      id: 'kubernetes',
      title: 'Kubernetes',
      about: 'The cluster asks by itself: what a workload is annotated with is asked for before it starts.',
      text: `metadata:\n  annotations:\n    modelkeep.dev/model: ${JSON.stringify(model)}\n    modelkeep.dev/version: "${version}"`,
    },
    {
      id: 'http',
      title: 'HTTP',
      about: 'proceed is false only for a denial where the gate is enforced.',
      text: `curl --fail-with-body -sS -X POST ${server}/api/v1/gate/checks \\\n  -H "Authorization: Bearer $MODELKEEP_TOKEN" -H 'content-type: application/json' \\\n  -d '${JSON.stringify({ model, version, environment })}' | jq -e .proceed`,
    },
  ]
}
