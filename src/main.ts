import nodeModule from 'node:module'

// Compiled code is kept between runs, which halves the time to start.
nodeModule.enableCompileCache?.()
const { run } = await import('./cli/program.ts')

process.exitCode = await run(process.argv)
