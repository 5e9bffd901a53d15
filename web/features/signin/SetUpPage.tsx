import { PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { SetUpInput } from '../../../src/modules/setup/schema.ts'
import { ApiError, fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice, type Option } from '../../ui/Choice.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { doors, finishSetUp, signIn } from './queries.ts'
import { Sheet } from './Sheet.tsx'

/** The first start: who administers, how people sign in, and which starter policies. */
export function SetUpPage() {
  const query = useQuery({ ...doors, staleTime: Number.POSITIVE_INFINITY })
  const go = useGo()
  const [proven, setProven] = useState(false)
  return (
    <Sheet
      title="Set this server up"
      intro="Four questions, once. Everything can be changed later, under People, Policies and Workspaces."
      wide
    >
      <Loaded query={query} lines={5}>
        {(ways) =>
          !ways.set_up ? (
            <div className="stack">
              <p>This server is set up already.</p>
              <div>
                <Button kind="go" onClick={() => go('/sign-in')}>
                  Sign in
                </Button>
              </div>
            </div>
          ) : proven ? (
            <Questions providers={ways.providers.map(({ label }) => label)} />
          ) : (
            <Proof onProven={() => setProven(true)} />
          )
        }
      </Loaded>
    </Sheet>
  )
}

/** Whoever reads the terminal of the server may set it up, and nobody else. */
function Proof({ onProven }: { onProven: () => void }) {
  const [password, setPassword] = useState('')
  const attempt = useMutation({
    mutationFn: () => signIn('admin', password.trim()),
    meta: { signsIn: true },
    onSuccess: onProven,
  })
  const wrong = attempt.error instanceof ApiError && attempt.error.status === 401
  function submit(event: FormEvent) {
    event.preventDefault()
    attempt.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <PasswordInput
        label="First password"
        description="The server printed it once, in the terminal it was started from."
        required
        withAsterisk={false}
        autoFocus
        autoComplete="off"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={wrong ? 'This is not the password that the server printed.' : undefined}
      />
      {attempt.error && !wrong && <ErrorState error={attempt.error} />}
      <div>
        <Button type="submit" kind="go" busy={attempt.isPending} hint="↵">
          Go on
        </Button>
      </div>
    </form>
  )
}

const organisations: readonly Option<SetUpInput['organisation']>[] = [
  { value: 'team', title: 'Small team', detail: 'Models of low tier need no approval; medium and high need one.' },
  {
    value: 'bank',
    title: 'Regulated bank or insurer',
    detail: 'Low tier needs one approval, medium tier two and figures of the last 90 days.',
  },
  {
    value: 'public',
    title: 'Public body',
    detail: 'Medium tier needs effects on groups computed by the server, and a purpose that the public can read.',
  },
  {
    value: 'medical',
    title: 'Medical',
    detail: 'Medium tier needs named training data, figures of the last 90 days and two approvals.',
  },
  {
    value: 'research',
    title: 'Research',
    detail: 'Low and medium tier need named training data; medium tier a known run and a colleague’s approval, too.',
  },
]

function Questions({ providers }: { providers: readonly string[] }) {
  const client = useQueryClient()
  const go = useGo()
  const [workspace, setWorkspace] = useState('')
  const [administrator, setAdministrator] = useState({ name: '', login: '', password: '' })
  const [signInBy, setSignInBy] = useState<SetUpInput['sign_in']>('second_factor')
  const [organisation, setOrganisation] = useState<SetUpInput['organisation']>('team')
  const finish = useMutation({
    mutationFn: () => finishSetUp({ workspace, administrator, sign_in: signInBy, organisation }),
    onSuccess: () => {
      client.clear()
      go('/welcome?step=2')
    },
  })
  const field = (name: keyof typeof administrator) => ({
    value: administrator[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setAdministrator({ ...administrator, [name]: event.currentTarget.value }),
    error: fieldError(finish.error, name),
    required: true,
    withAsterisk: false,
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    finish.mutate()
  }
  return (
    <form onSubmit={submit} className="stack" style={{ gap: 18 }}>
      <TextInput
        label="What the first workspace is for"
        placeholder="Retail scorecards"
        required
        withAsterisk={false}
        autoFocus
        maxLength={200}
        value={workspace}
        onChange={(event) => setWorkspace(event.currentTarget.value)}
        error={fieldError(finish.error, 'workspace')}
      />
      <section className="stack">
        <h2 style={{ margin: 0 }}>First administrator</h2>
        <TextInput label="Your name" autoComplete="name" {...field('name')} />
        <TextInput label="Name you sign in with" autoComplete="username" autoCapitalize="none" {...field('login')} />
        <PasswordInput
          label="Password"
          description="At least ten characters. It takes the place of the one in the terminal."
          autoComplete="new-password"
          minLength={10}
          {...field('password')}
        />
      </section>
      <div className="stack">
        <Choice
          label="How people sign in"
          value={signInBy}
          onChange={setSignInBy}
          options={[
            {
              value: 'second_factor',
              title: 'Password and a second factor',
              detail: 'Everyone adds an authenticator app or a passkey at the next sign-in.',
            },
            { value: 'password', title: 'Password', detail: 'A second factor is everyone’s own choice.' },
          ]}
        />
        <p className="small quiet" style={{ margin: 0 }}>
          {providers.length > 0
            ? `Also by ${providers.join(' and ')}, as the server is configured.`
            : 'A provider such as Keycloak or Entra is added in the server’s configuration: MODELKEEP_OIDC_ISSUER, or a file with --sign-in-file.'}
        </p>
      </div>
      <Choice
        label="What kind of organisation this is (it picks the starter policies, and nothing else)"
        value={organisation}
        onChange={setOrganisation}
        options={organisations}
      />
      {finish.error && <ErrorState error={finish.error} />}
      <div>
        <div className="row">
          <Button type="submit" kind="go" busy={finish.isPending}>
            Begin
          </Button>
          <Button
            kind="bare"
            onClick={() => {
              client.clear()
              go('/welcome?step=2')
            }}
          >
            Skip this step
          </Button>
        </div>
      </div>
    </form>
  )
}
