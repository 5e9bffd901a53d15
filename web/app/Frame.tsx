import { useMantineColorScheme } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy } from 'react'
import { currentWorkspace, enterWorkspace } from '../api/workspace.ts'
import { useMay, useMayAnywhere } from '../features/access/people.tsx'
import { session, signOut } from '../features/access/queries.ts'
import { openDutiesOf } from '../features/duties/queries.ts'
import { notices } from '../features/notices/queries.ts'
import { reviews } from '../features/reviews/queries.ts'
import { SignInAgain } from '../features/signin/SignInAgain.tsx'
import { myWork } from '../features/work/queries.ts'
import { workspaces } from '../features/workspaces/queries.ts'
import { WorkspaceSwitch } from '../features/workspaces/WorkspaceSwitch.tsx'
import { Button } from '../ui/Button.tsx'
import { Shell } from '../ui/Shell.tsx'
import { type NavGroup, useGo } from '../ui/sections.ts'
import { ThemeToggle } from '../ui/ThemeToggle.tsx'

const Palette = lazy(() => import('./Palette.tsx').then((module) => ({ default: module.Palette })))

/** The frame of a signed-in person. */
export function Frame() {
  const groups = useSections()
  const commands = useCommands()
  return (
    <>
      <Shell
        groups={groups}
        head={<WorkspaceSwitch />}
        foot={<Me />}
        palette={(asked) => <Palette asked={asked} groups={groups} commands={commands} />}
      />
      <SignInAgain />
    </>
  )
}

const isProposed = ({ state }: { state: string }) => state === 'proposed'

function useSections(): readonly NavGroup[] {
  const may = useMay()
  const mayAnywhere = useMayAnywhere()
  const work = useQuery({ ...myWork, enabled: may('registry.read') })
  const open = useQuery({ ...reviews({ state: 'open' }), enabled: may('review.read') })
  const told = useQuery(notices('unread'))
  const waiting = useQuery({ ...openDutiesOf('me'), enabled: mayAnywhere('access.read') })
  return [
    {
      title: 'Work',
      sections: [
        { title: 'My work', to: '/', key: 'm', count: work.data?.mine.length },
        { title: 'Inventory', to: '/inventory', key: 'i' },
        { title: 'AI systems', to: '/systems', key: 's' },
        { title: 'Reviews', to: '/reviews', key: 'r', count: open.data?.length },
        { title: 'Notices', to: '/notices', key: 'b', count: told.data?.unread || undefined },
        ...(mayAnywhere('review.read') ? [{ title: 'Findings', to: '/findings', key: 'f' }] : []),
        { title: 'Calendar', to: '/calendar', key: 'n' },
      ],
    },
    {
      title: 'Build',
      sections: [
        ...(may('tracking.read') ? [{ title: 'Experiments', to: '/experiments', key: 'e' }] : []),
        { title: 'Datasets', to: '/datasets', key: 'd' },
      ],
    },
    {
      title: 'Govern',
      sections: [
        { title: 'Policies', to: '/policies', key: 'p' },
        { title: 'Gate', to: '/gate', key: 'v' },
        { title: 'Duties', to: '/duties', key: 'o', count: waiting.data?.filter(isProposed).length || undefined },
      ],
    },
    {
      title: 'Prove',
      sections: [
        ...(may('audit.read') ? [{ title: 'Trail', to: '/trail', key: 't' }] : []),
        ...(mayAnywhere('audit.read') ? [{ title: 'Auditor room', to: '/auditor', key: 'x' }] : []),
        { title: 'People', to: '/people', key: 'u' },
        ...(may('retention.read') ? [{ title: 'Retention', to: '/retention', key: 'k' }] : []),
        { title: 'Workspaces', to: '/workspaces', key: 'w' },
        ...(may('webhook.read') ? [{ title: 'Webhooks', to: '/webhooks', key: 'h' }] : []),
        ...(may('access.read') ? [{ title: 'Connections and admin', to: '/admin', key: 'c' }] : []),
        { title: 'API reference', to: '/reference', key: 'a' },
      ],
    },
  ]
}

function useSignOut(): () => Promise<void> {
  const client = useQueryClient()
  const go = useGo()
  return async () => {
    const continueAt = await signOut()
    if (continueAt) return window.location.assign(continueAt)
    go('/sign-in')
    client.clear()
  }
}

function useCommands() {
  const leave = useSignOut()
  const go = useGo()
  const may = useMay()
  const { setColorScheme } = useMantineColorScheme()
  const others = (useQuery(workspaces).data ?? []).filter(({ name, joined }) => joined && name !== currentWorkspace())
  return [
    ...others.map(({ name }) => ({
      title: `Workspace ${name}`,
      detail: 'go there',
      run: () => enterWorkspace(name),
    })),
    ...(may('access.write')
      ? [{ title: 'First steps', detail: 'bring, invite, connect, keep', run: () => go('/welcome') }]
      : []),
    { title: 'Your account', detail: 'password, second factor, sessions', run: () => go('/account') },
    { title: 'Make an access token', detail: 'for a client or a pipeline', run: () => go('/people?tab=tokens') },
    { title: 'Dark theme', detail: 'on this machine', run: () => setColorScheme('dark') },
    { title: 'Light theme', detail: 'on this machine', run: () => setColorScheme('light') },
    { title: 'Theme as the system', detail: 'on this machine', run: () => setColorScheme('auto') },
    { title: 'Sign out', detail: 'end this session', run: () => void leave() },
  ]
}

function Me() {
  const { data } = useQuery(session)
  const leave = useSignOut()
  const go = useGo()
  // Without a session there is none to end: an open server lets everyone in.
  return (
    <>
      <div title={data && `${data.person.name} (${data.person.login})`} className="inline-links">
        {data?.csrf === '' ? (
          `Acting as ${data.person.name}`
        ) : (
          <>
            Signed in as <Link to="/account">{data?.person.name}</Link>
          </>
        )}
      </div>
      <div className="row" style={{ marginLeft: -6, gap: 0 }}>
        <ThemeToggle />
        {data?.csrf === '' ? (
          <Button kind="bare" onClick={() => go('/sign-in')}>
            Sign in
          </Button>
        ) : (
          <Button kind="bare" onClick={leave}>
            Sign out
          </Button>
        )}
      </div>
    </>
  )
}
