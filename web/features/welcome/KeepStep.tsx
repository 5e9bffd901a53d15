import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Command } from '../../ui/Copy.tsx'
import { Loaded } from '../../ui/States.tsx'
import { publicKeys } from '../server/queries.ts'

const things = {
  backup: 'A backup runs every night, and somebody has tested one.',
  keys: 'A copy of the private keys lies elsewhere: in the backup under a passphrase, or the folder keys of the data folder.',
  public: 'The public keys are kept by those who check signatures, outside of this server.',
} as const

/** What nobody thinks of until it is too late. The list is the reader's own; nothing is stored. */
export function KeepStep() {
  const query = useQuery(publicKeys)
  const [done, setDone] = useState<ReadonlySet<string>>(new Set())
  const toggle = (key: string) =>
    setDone((before) => new Set(before.has(key) ? [...before].filter((each) => each !== key) : [...before, key]))
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>On the machine of this server, while it runs:</p>
      <Command text="modelkeep backup create /backup/$(date +%F) --passphrase-file /root/phrase" />
      <p style={{ margin: 0 }}>To see that it comes back, in a temporary folder that is removed again:</p>
      <Command text="modelkeep backup test /backup/$(date +%F) --passphrase-file /root/phrase" />
      <Loaded query={query} lines={2}>
        {(keys) => (
          <p style={{ margin: 0 }}>
            Decisions and verdicts are signed with the key{' '}
            <span className="fact">{keys.find(({ use }) => use === 'signing')?.id}</span>.{' '}
            <a
              download="modelkeep-keys.json"
              href={`data:application/json,${encodeURIComponent(JSON.stringify({ keys }, null, 2))}`}
            >
              Save the public keys
            </a>
            , and check what this server says with them and without it.
          </p>
        )}
      </Loaded>
      <fieldset className="stack" style={{ border: 0, padding: 0, margin: 0, gap: 6 }}>
        <legend style={{ padding: 0, fontWeight: 550 }}>Before it matters</legend>
        {Object.entries(things).map(([key, text]) => (
          <label key={key} className="row" style={{ alignItems: 'baseline', flexWrap: 'nowrap' }}>
            <input type="checkbox" checked={done.has(key)} onChange={() => toggle(key)} />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
    </div>
  )
}
