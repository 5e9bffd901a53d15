import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Verdict } from '../../../src/modules/gate/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Command, Digest } from '../../ui/Copy.tsx'
import { saveText } from '../../ui/copy.ts'
import { useKeys } from '../../ui/keys.ts'
import { Lead } from '../../ui/Lead.tsx'
import { isoText, Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { outcomeTones, type ToneName } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { RequirementList } from '../policy/RequirementList.tsx'
import { countsOf } from '../registry/RequirementsTab.tsx'
import { standing, verdict, verdicts } from './queries.ts'
import { Revoke } from './Revoke.tsx'
import { Revoked } from './Revoked.tsx'
import { VerdictTable } from './VerdictsPage.tsx'

const route = getRouteApi('/signed-in/gate/verdicts/$id')

/** Why was it allowed or denied, who can change that, and where. */
export function VerdictPage() {
  const { id } = route.useParams()
  const query = useQuery(verdict(id))
  return (
    <Loaded query={query} lines={10} what="Verdict">
      {(found) => <Found verdict={found} />}
    </Loaded>
  )
}

function Found({ verdict: found }: { verdict: Verdict }) {
  const go = useGo()
  const recent = useQuery(verdicts({ model: found.model, environment: found.environment, limit: 10 }))
  const now = useQuery(standing(found.model, found.version, found.environment))
  const toExplain = () =>
    go(`/models/${encodeURIComponent(found.model)}/versions/${found.version}/gate?environment=${found.environment}`)
  useKeys([{ keys: 'e', label: 'Explain, and what if', run: toExplain }])
  const save = () =>
    saveText(`${found.id}.dsse.json`, `${JSON.stringify(found.envelope, null, 2)}\n`, 'application/json')
  const name = `${found.model} ${found.version}`
  return (
    <Page title={`May ${name} run in ${found.environment}?`}>
      <Lead
        tone={toneOf(found)}
        detail={
          <>
            {found.path ? `${sentence(found.path)} ` : ''}
            {now.data?.yours.length ? `Now: ${sentence(now.data.path)} ` : ''}
            {countsOf(found)}. Answered <Moment at={found.issued_at} />, good until{' '}
            {isoText(Date.parse(found.expires_at))}.
          </>
        }
        action={
          <div className="row">
            <Button onClick={save}>Save the signed verdict</Button>
            <Button hint="e" onClick={toExplain}>
              Explain
            </Button>
            <Revoke verdict={found} />
          </div>
        }
      >
        {leadOf(found)}
      </Lead>
      {found.revocation && <Revoked revocation={found.revocation} />}
      <div className="cols">
        <div>
          <Card title="Every requirement, with who can meet it" flush>
            <RequirementList requirements={found.requirements} about={found} environment={found.environment} />
          </Card>
          <Card title={`Recent verdicts for ${found.model} in ${found.environment}`} flush>
            <VerdictTable list={recent.data ?? []} onOpen={(each) => go(`/gate/verdicts/${each.id}`)} />
          </Card>
        </div>
        <aside aria-label="About this verdict">
          <Card title="What it speaks about">
            <KeyValues>
              <Pair name="Version">
                <Link to="/models/$name/versions/$which" params={{ name: found.model, which: String(found.version) }}>
                  {name}
                </Link>
              </Pair>
              <Pair name="Digest">
                <Digest value={found.digest} />
              </Pair>
              <Pair name="For">
                {found.environment}, mode {found.mode}
              </Pair>
              <Pair name="Asked by">
                <PersonName id={found.asked_by} />
              </Pair>
              <Pair name="Policies" wrap>
                {found.policies.map((policy) => (
                  <div key={policy.name}>
                    <PathLink to={`/policies/${policy.name}?version=${policy.version}`}>
                      {policy.name} {policy.version}
                    </PathLink>{' '}
                    <Digest value={policy.digest} />
                  </div>
                ))}
                {found.policies.length === 0 && 'none applied'}
              </Pair>
              <Pair name="Decisions" wrap>
                {found.decisions.map((id) => (
                  <div key={id}>
                    <Fact>{id}</Fact>
                  </div>
                ))}
                {found.decisions.length === 0 && 'none'}
              </Pair>
              {found.break_glass && (
                <Pair name="Break-glass" wrap>
                  <div>
                    <Fact>{found.break_glass.id}</Fact>
                  </div>
                  asked for by <PersonName id={found.break_glass.requested_by} />, confirmed by{' '}
                  <PersonName id={found.break_glass.confirmed_by} />
                </Pair>
              )}
              <Pair name="Signed by" wrap>
                {found.envelope.signatures.map((signature) => (
                  <div key={signature.keyid}>
                    <Fact>{signature.keyid}</Fact>
                  </div>
                ))}
              </Pair>
            </KeyValues>
          </Card>
          <Card title="Ask again from a pipeline">
            <div className="stack">
              <Command text={`modelkeep gate check ${found.model}@${found.version} --env ${found.environment}`} />
              <span className="quiet small">Exit status 0 is allowed, 3 denied, 4 allowed under a waiver.</span>
              <Command text={`modelkeep verdict verify ${found.id}.dsse.json`} />
              <span className="quiet small">Checks the saved verdict without this server.</span>
            </div>
          </Card>
        </aside>
      </div>
    </Page>
  )
}

function toneOf({ outcome, proceed, break_glass, revocation }: Verdict): ToneName {
  if (break_glass || revocation) return 'blocked'
  return outcome === 'denied' && proceed ? 'attention' : outcomeTones[outcome]
}

function leadOf(verdict: Verdict): string {
  const name = `${verdict.model} ${verdict.version}`
  if (verdict.revocation) return `Revoked: this verdict no longer lets ${name} run in ${verdict.environment}.`
  if (verdict.break_glass) {
    return `By break-glass: ${name} may run in ${verdict.environment}, although it does not meet the policy.`
  }
  if (verdict.outcome === 'allowed') return `Allowed: ${name} may run in ${verdict.environment}.`
  if (verdict.outcome === 'waived') return `Allowed under a waiver: ${name} may run in ${verdict.environment}.`
  if (verdict.proceed) {
    return `Denied, but ${verdict.environment} is in mode ${verdict.mode}: the pipeline goes on, and ${name} does not meet the policy.`
  }
  return `Denied: ${name} may not run in ${verdict.environment}.`
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}
