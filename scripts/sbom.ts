import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const root = fileURLToPath(new URL('..', import.meta.url))

const Locked = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
})
const Lock = z.object({ packages: z.record(z.string(), Locked) })
const Package = z.object({ name: z.string(), version: z.string(), license: z.string(), description: z.string() })

type Locked = z.infer<typeof Locked>

/** What runs when the product runs, as CycloneDX 1.6: every package of the lock file that is not for development alone. */
export function sbom(): object {
  const product = Package.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev)
  const refs = new Map(shipped.map(([path, { version }]) => [path, purl(nameOf(path), version ?? '')]))
  const self = purl(product.name, product.version)
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': self,
        name: product.name,
        version: product.version,
        description: product.description,
        licenses: [{ license: { id: product.license } }],
        purl: self,
      },
    },
    components: shipped.map(([path, locked]) => component(nameOf(path), locked)),
    dependencies: [
      { ref: self, dependsOn: dependsOn('', packages[''], refs) },
      ...shipped.map(([path, locked]) => ({ ref: refs.get(path), dependsOn: dependsOn(path, locked, refs) })),
    ],
  }
}

function component(name: string, { version = '', integrity, license, optional }: Locked) {
  const [, algorithm, content] = /^(sha\d+)-(.+)$/.exec(integrity ?? '') ?? []
  return {
    type: 'library',
    'bom-ref': purl(name, version),
    name,
    version,
    scope: optional ? 'optional' : 'required',
    ...(algorithm && content
      ? { hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(content, 'base64').toString('hex') }] }
      : {}),
    ...(license
      ? { licenses: [/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }] }
      : {}),
    purl: purl(name, version),
  }
}

/** As Node resolves: in the package's own folder first, then in those around it. */
function dependsOn(path: string, locked: Locked | undefined, refs: ReadonlyMap<string, string>): string[] {
  const found = Object.keys({ ...locked?.dependencies, ...locked?.optionalDependencies }).flatMap((name) => {
    for (let around = path; ; around = around.slice(0, Math.max(0, around.lastIndexOf('/node_modules/')))) {
      const ref = refs.get(around === '' ? `node_modules/${name}` : `${around}/node_modules/${name}`)
      if (ref) return [ref]
      if (around === '' || !around.includes('/node_modules/')) {
        const top = refs.get(`node_modules/${name}`)
        return top ? [top] : []
      }
    }
  })
  return [...new Set(found)].sort()
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
const purl = (name: string, version: string) => `pkg:npm/${name.replace('@', '%40')}@${version}`

if (import.meta.main) {
  const path = join(root, 'sbom.json')
  writeFileSync(path, `${JSON.stringify(sbom(), null, 2)}\n`)
  process.stdout.write('sbom.json\n')
}
