import { PersonId } from '../../../src/modules/access/schema.ts'
import { Model } from '../../../src/modules/registry/schema.ts'
import { send } from '../../api/http.ts'
import { propose } from '../duties/queries.ts'
import { updateModel } from '../registry/queries.ts'
import { createSystem } from '../systems/queries.ts'
import type { Entry } from './spreadsheet.ts'

/** Writes one row of a spreadsheet. The owner of a system is asked, as everywhere; that of a model is stated. */
export async function bring({ kind, name, purpose, tier, owner }: Entry, people: ReadonlyMap<string, string>) {
  const person = owner === '' ? undefined : PersonId.parse(people.get(owner))
  if (kind === 'model') {
    const made = await send('POST', '/models', Model, { name, purpose, tier })
    if (person) await updateModel(made.name, { owner: person })
    return
  }
  const made = await createSystem({ name, purpose, tier, limits: '', affected: '', jurisdictions: [] })
  const reason = 'The spreadsheet names them as the owner.'
  if (person) await propose({ system: made.name, duty: 'accountable_owner', person, reason })
}
