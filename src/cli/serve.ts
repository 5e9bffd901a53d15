import type { Command } from 'commander'
import { ConfigError, readConfig } from '../config.ts'
import { CliError } from './exit.ts'
import { print } from './output.ts'

type Options = { host?: string; port?: string; dataDir?: string }

export function addServe(program: Command) {
  program
    .command('serve')
    .description('serve a data folder: web application, API and MLflow tracking server')
    .option('--host <host>', 'address to listen on (default 127.0.0.1)')
    .option('--port <port>', 'port to listen on (default 5000)')
    .option('--data-dir <dir>', 'folder for database, artifacts and keys (default ./modelkeep-data)')
    .action(serve)

  program
    .command('migrate')
    .description('bring the databases of a data folder up to date and stop')
    .option('--data-dir <dir>', 'folder for database, artifacts and keys (default ./modelkeep-data)')
    .action(async (options: Options) => {
      const { createApp } = await import('../app.ts')
      const app = await createApp({ ...configOf(options), log: false })
      await app.close()
      print('The databases are up to date.')
    })
}

async function serve(options: Options): Promise<void> {
  const config = configOf(options)
  const { createApp } = await import('../app.ts')
  const { createFirstAdministrator } = await import('../setup.ts')
  const app = await createApp(config)
  const first = await createFirstAdministrator(app)
  await app.http.listen({ host: config.host, port: config.port }).catch(async (error: Error) => {
    await app.close()
    throw new CliError(`cannot listen on ${config.host}:${config.port}: ${error.message}`)
  })

  print(`Modelkeep serves ${config.dataDir} at ${config.publicUrl}`)
  if (first) {
    print(`First start: sign in as ${first.login} with the password ${first.password}`)
    print('This password is shown only now. Change it under People.')
  }

  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await app.close()
}

function configOf(options: Options) {
  try {
    return readConfig(process.env, options)
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message)
    throw error
  }
}
