import { expect, test } from 'vitest'
import { testApp } from '../testing/app.ts'
import { commandsOf } from '../testing/command.ts'

test('an AI system is registered, served, given an owner and shown at the terminal', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const dana = await app.as('developer', { name: 'Dana' })
  await admin.post('/models', { name: 'wage' })
  const cli = await commandsOf(app, admin.token)
  expect((await cli('system', 'list')).stdout).toContain('There is no AI system yet')
  const about = ['--purpose', 'Ranks applications.', '--tier', 'high', '--jurisdiction', 'EU', 'CH']
  const added = await cli('system', 'add', 'Hiring', ...about, '--model', 'wage', '--owner', dana.person.login)
  expect(added.stdout, added.stderr).toMatch(
    /^Registered Hiring \(sys_\w+\)\.\nAsked dana-2 to be its accountable owner\./,
  )
  expect((await cli('system', 'set', 'Hiring', '--limits', 'Rejects nobody.')).stdout).toBe('Hiring: tier high.\n')
  const shown = (await cli('system', 'show', 'Hiring')).stdout
  expect(shown).toContain('Not for: Rejects nobody.\nJurisdictions: EU, CH\nTier: high\n')
  expect(shown).toMatch(/\nwage/)
  expect((await cli('system', 'serve', 'Hiring', 'wage', '--no-longer')).stdout).toContain('served by nothing')
  expect((await cli('system', 'list')).stdout).toMatch(/Hiring\s+high/)
  expect((await cli('duty', 'list', '--systems')).stdout).toMatch(/SYSTEM[^\n]+\n *Hiring\s+○ dana-2/)
  expect((await cli('duty', 'propose', dana.person.login, 'operator')).stderr).toContain('--model or --system')
  expect((await cli('duty', 'propose', dana.person.login, 'operator', '--system', 'Hiring')).status).toBe(0)
  expect((await cli('system', 'retire', 'Hiring', '--reason', 'Bought instead.')).stdout).toContain('is retired')
}, 30_000)
