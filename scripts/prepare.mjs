// Makes a checkout ready to run, on whatever Node the system has: installs the packages that the lock file names, builds
// the web application when its sources changed, and for tests sees to a browser. Takes the purpose: start, demo, test.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const ownNode = join(root, 'node_modules/node/bin/node')
const purpose = process.argv[2] ?? 'start'

if (Number(process.versions.node.split('.')[0]) < 20)
  stop(`Modelkeep needs Node 20 or newer to install; this is ${process.version}.`)
process.chdir(root)
install()
buildWeb()
buildServer()
if (purpose === 'test') {
  findBrowser()
  findObjectStore()
}

function install() {
  const wanted = hashOf(['package.json', 'package-lock.json'])
  const stamp = 'node_modules/.modelkeep-installed'
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(ownNode)) return
  say('Installing packages from the npm registry')
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  // Every npm leaves install scripts out here (.npmrc); those that package.json names run one by one.
  const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  const named = Object.keys(allowScripts).filter(
    (name) => allowScripts[name] === true && existsSync(join('node_modules', name)),
  )
  run('npm', ['rebuild', ...named, '--ignore-scripts=false', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}

function buildWeb() {
  const wanted = hashOf(['package-lock.json', 'src/lib/ids.ts', ...filesBelow('web'), ...schemas()])
  const stamp = 'dist/web/.sources'
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('Building the web application')
  run(ownNode, ['node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn'])
  mkdirSync('dist/web', { recursive: true })
  writeFileSync(stamp, wanted)
}

/** The stamp holds what the bundle was made from; the time of `.built` says when, for a start that has no time to compare contents. */
function buildServer() {
  const wanted = hashOf(['package-lock.json', 'scripts/bundle.ts', ...filesBelow('src')])
  const stamp = 'dist/server/.sources'
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    run(ownNode, ['scripts/bundle.ts'])
    writeFileSync(stamp, wanted)
  }
  utimesSync('dist/server/.built', new Date(), new Date())
}

function findBrowser() {
  const known = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  if (known.some((path) => path && existsSync(path)) || hasPlaywrightBrowser()) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('Installing Chromium for the browser tests')
    const update = spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' })
    const added = spawnSync('apt-get', ['install', '-y', '-qq', 'chromium'], { stdio: ['ignore', 'ignore', 'inherit'] })
    if (update.status === 0 && added.status === 0) return
  }
  say('Fetching Playwright’s Chromium for the browser tests')
  run(ownNode, ['node_modules/playwright-core/cli.js', 'install', 'chromium'])
}

/** Without a server that speaks S3 its tests are skipped, and say so. */
function findObjectStore() {
  const commands = [
    'swift-proxy-server',
    'swift-account-server',
    'swift-container-server',
    'swift-object-server',
    'memcached',
  ]
  if (process.env.S3_ENDPOINT || commands.every((name) => existsSync(join('/usr/bin', name)))) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  say('Installing OpenStack Swift for the tests on S3')
  const packages = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const quiet = { stdio: 'ignore', env }
  spawnSync('apt-get', ['update', '-qq'], quiet)
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet)
  if (status !== 0) say('It could not be installed: the tests on S3 are skipped')
}

function hasPlaywrightBrowser() {
  const script =
    "import('playwright-core').then(({ chromium }) => process.exit(require('node:fs').existsSync(chromium.executablePath()) ? 0 : 1))"
  return spawnSync(ownNode, ['-e', script]).status === 0
}

function schemas() {
  return readdirSync('src/modules')
    .map((name) => join('src/modules', name, 'schema.ts'))
    .filter((path) => existsSync(path))
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of [...paths].sort()) {
    if (statSync(path).isFile()) hash.update(path).update('\0').update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (error || status !== 0) stop(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
}

function say(text) {
  process.stderr.write(`${text} …\n`)
}

function stop(text) {
  process.stderr.write(`${text}\n`)
  process.exit(2)
}
