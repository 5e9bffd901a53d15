import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

export type S3Server = {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

const commands = ['swift-proxy-server', 'swift-account-server', 'swift-container-server', 'swift-object-server'].map(
  (name) => `/usr/bin/${name}`,
)
const python = '/usr/bin/python3'
const memcached = '/usr/bin/memcached'
/** Swift reads its hash salts from here alone; Debian's package brings the file. */
const settings = '/etc/swift/swift.conf'
const startWithin = 120_000

/** True where Debian's packages of OpenStack Swift and memcached are installed. */
export const hasSwift = () => [...commands, python, memcached, settings].every((path) => existsSync(path))

type Started = { server: S3Server; stop(): Promise<void> }

/** A real S3 server that checks signatures: OpenStack Swift with one device in a temporary folder. */
export function startSwift(): Promise<Started> {
  // Somebody else may have taken one of the ports in between.
  return tryStart().catch(() => tryStart())
}

async function tryStart(): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-swift-'))
  await mkdir(join(folder, 'devices', 'd1'), { recursive: true })
  const [proxy = 0, account = 0, container = 0, object = 0, cache = 0] = await freePorts(5)
  const running: ChildProcess[] = []
  async function stop() {
    await Promise.all(running.map(end))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    buildRings(folder, { account, container, object })
    for (const [kind, port] of Object.entries({ account, container, object })) {
      await writeFile(join(folder, `${kind}.conf`), storageConf(folder, kind, port))
    }
    await writeFile(join(folder, 'proxy.conf'), proxyConf(folder, proxy, cache))
    running.push(start(memcached, ['-l', '127.0.0.1', '-p', String(cache), '-m', '16', '-u', userInfo().username]))
    for (const command of commands) {
      running.push(start(command, [join(folder, `${/swift-(\w+)-server/.exec(command)?.[1]}.conf`)]))
    }
    const endpoint = `http://127.0.0.1:${proxy}`
    for (const port of [account, container, object, proxy]) await answering(port, running)
    return { server: { endpoint, region: 'us-east-1', accessKeyId: 'test:tester', secretAccessKey: 'testing' }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const common = (folder: string, port: number) => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${userInfo().username}
swift_dir = ${folder}
log_level = CRITICAL
`

const storageConf = (folder: string, kind: string, port: number) => `${common(folder, port)}
devices = ${join(folder, 'devices')}
mount_check = false
disable_fallocate = true

[pipeline:main]
pipeline = ${kind}-server

[app:${kind}-server]
use = egg:swift#${kind}
`

const middleware = ['catch_errors', 'healthcheck', 'cache', 'listing_formats', 's3api', 'tempauth', 'slo', 'dlo']
const later = ['versioned_writes', 'symlink']
const eggs: Readonly<Record<string, string>> = { cache: 'memcache' }

const proxyConf = (folder: string, port: number, cache: number) => `${common(folder, port)}
[pipeline:main]
pipeline = ${[...middleware, ...later].join(' ')} proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

${[...middleware, ...later].map((name) => `[filter:${name}]\nuse = egg:swift#${eggs[name] ?? name}\n${options(name, cache)}`).join('\n')}
`

function options(filter: string, cache: number): string {
  if (filter === 'cache') return `memcache_servers = 127.0.0.1:${cache}\n`
  if (filter === 'tempauth') return 'user_test_tester = testing .admin\n'
  if (filter === 's3api') return 's3_acl = false\nlocation = us-east-1\n'
  return ''
}

/** What `swift-ring-builder` does, for three rings in one process. */
const ringProgram = `
import json, sys
from swift.common.ring import RingBuilder
folder, ports = sys.argv[1], json.loads(sys.argv[2])
for kind, port in ports.items():
    builder = RingBuilder(4, 1, 0)
    builder.add_dev(dict(id=0, region=1, zone=1, ip='127.0.0.1', port=port, device='d1', weight=1))
    builder.rebalance()
    builder.get_ring().save('%s/%s.ring.gz' % (folder, kind))
`

function buildRings(folder: string, ports: Record<string, number>) {
  const { status, stderr } = spawnSync(python, ['-c', ringProgram, folder, JSON.stringify(ports)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Swift's rings could not be built: ${stderr}`)
}

const start = (command: string, args: string[]) => spawn(command, args, { stdio: 'ignore' })

/** Answers when the process has ended. */
function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 3_000).unref()
  })
}

/** Any answer will do. */
async function answering(port: number, running: readonly ChildProcess[]): Promise<void> {
  for (const before = Date.now(); Date.now() - before < startWithin; ) {
    const ended = running.find((child) => child.exitCode !== null)
    if (ended) throw new Error(`${ended.spawnfile} ended with ${ended.exitCode}`)
    const signal = AbortSignal.timeout(2_000)
    const reply = await fetch(`http://127.0.0.1:${port}/healthcheck`, { signal }).catch(() => undefined)
    if (reply) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Swift did not answer within ${startWithin / 1000} seconds`)
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
