import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Assumed, Explanation } from '../../../src/modules/gate/schema.ts'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { useKeys } from '../../ui/keys.ts'
import { isoText } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { Loaded } from '../../ui/States.tsx'
import { EnvironmentSwitch } from '../registry/EnvironmentSwitch.tsx'
import { CallersCard } from './CallersCard.tsx'
import { ExplainLead } from './ExplainLead.tsx'
import { OutagesCard } from './OutagesCard.tsx'
import { ProofTree } from './ProofTree.tsx'
import { explanation } from './queries.ts'
import { Snippets } from './Snippets.tsx'
import { WhatIfBar } from './WhatIfBar.tsx'
import { choicesOf, keyOf, toggled, type WhatIf } from './what-if.ts'

const route = getRouteApi('/signed-in/models/$name/versions/$which/gate')

/** Why is it allowed or denied, down to the facts, and what would it be if something were otherwise. */
export function ExplainPage() {
  const { name, which } = route.useParams()
  const search = route.useSearch()
  const query = useQuery({ ...explanation(name, which, search), placeholderData: keepPreviousData })
  return (
    <Loaded query={query} lines={12} what={`The gate's answer about ${name} ${which}`}>
      {(found) => <Found explanation={found} />}
    </Loaded>
  )
}

function Found({ explanation: found }: { explanation: Explanation }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [at, setAt] = useState(-1)
  const nodes = found.policies.flatMap(({ requirements }) => requirements)
  const current = nodes[at]
  const assume = (next: WhatIf) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false })
  const toggle = (key: string, what: Assumed) => assume(toggled(search, key, what))
  const reset = () => assume({ met: undefined, waived: undefined, unmet: undefined, at: undefined })
  const move = (by: number) => setAt((old) => Math.max(0, Math.min(nodes.length - 1, old + by)))
  const tryIt = (index: number) => {
    const what = current && choicesOf(current)[index]
    if (current && what) toggle(keyOf(current), what)
  }
  useKeys([
    { keys: 'j', label: 'Next requirement', run: () => move(1) },
    { keys: 'k', label: 'Requirement before', run: () => move(-1) },
    { keys: 'x', label: 'What if this were otherwise', run: () => tryIt(0) },
    { keys: 'w', label: 'What if this were waived', run: () => tryIt(1) },
    { keys: 'r', label: 'As it is', run: reset },
  ])
  const name = `${found.model} ${found.version}`
  return (
    <Page
      title={`Why may ${name} run in ${found.environment}, or not?`}
      heading={
        <>
          May{' '}
          <Link to="/models/$name/versions/$which" params={{ name: found.model, which: String(found.version) }}>
            {name}
          </Link>{' '}
          run in {found.environment}?
        </>
      }
      actions={
        <EnvironmentSwitch
          value={found.environment}
          onChange={(environment) => void navigate({ search: { environment }, replace: true })}
        />
      }
    >
      <ExplainLead explanation={found} reset={reset} />
      <div className="cols">
        <div>
          <Card title="From the answer to the facts" flush>
            <WhatIfBar explanation={found} search={search} assume={assume} reset={reset} />
            <ProofTree explanation={found} current={current && keyOf(current)} toggle={toggle} />
          </Card>
          <CallersCard model={found.model} environment={found.environment} />
        </div>
        <aside aria-label="About this answer">
          <Card title="What it speaks about">
            <KeyValues>
              <Pair name="Content">
                <Digest value={found.digest} />
              </Pair>
              <Pair name="Scope">
                <Digest value={found.scope_digest} />
              </Pair>
              <Pair name="Gate">
                {found.environment}, {found.mode}
              </Pair>
              <Pair name="Policies" wrap>
                {found.policies.map(({ name: policy, version, digest }) => (
                  <div key={policy}>
                    {policy} {version > 0 && version} {digest && <Digest value={digest} />}
                  </div>
                ))}
              </Pair>
              <Pair name="Holds until" wrap>
                {found.until ? isoText(Date.parse(found.until)) : 'denied'}
              </Pair>
            </KeyValues>
          </Card>
          <Snippets model={found.model} version={found.version} environment={found.environment} />
          <OutagesCard model={found.model} />
        </aside>
      </div>
    </Page>
  )
}
