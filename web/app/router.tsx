import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  defaultParseSearch,
  defaultStringifySearch,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { ApiError } from '../api/problem.ts'
import { currentWorkspace, enterWorkspace, inWorkspace, isFirstWorkspace, withoutWorkspace } from '../api/workspace.ts'
import { session } from '../features/access/queries.ts'
import { NoWorkspace } from '../features/workspaces/NoWorkspace.tsx'
import { workspaces } from '../features/workspaces/queries.ts'
import { RouteError } from '../ui/RouteError.tsx'
import { Skeleton } from '../ui/States.tsx'
import { Frame } from './Frame.tsx'
import { NotFound } from './NotFound.tsx'
import { Root } from './Root.tsx'
import * as search from './search.ts'

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Root })

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  component: Frame,
  errorComponent: NoWorkspace,
  beforeLoad: ({ context, location }) => requireSession(context.queryClient, location.href),
})
/** Pages that take the whole screen. */
const bare = createRoute({
  getParentRoute: () => root,
  id: 'bare',
  errorComponent: NoWorkspace,
  beforeLoad: ({ context, location }) => requireSession(context.queryClient, location.href),
})

async function requireSession(queryClient: QueryClient, next: string): Promise<void> {
  try {
    const { person, pending } = await queryClient.ensureQueryData(session)
    if (pending !== null) throw redirect({ to: '/second-factor', search: { next } })
    if (person.grants.length === 0 && isFirstWorkspace()) await leadElsewhere(queryClient)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) throw redirect({ to: '/sign-in', search: { next } })
    throw error
  }
}

/** Whoever is here by an auditor's seat alone has a room of their own. */
async function leadAuditor(queryClient: QueryClient): Promise<void> {
  const { person } = await queryClient.ensureQueryData(session)
  if (person.grants.length > 0 && person.grants.every(({ seat }) => seat !== undefined))
    throw redirect({ to: '/auditor' })
}

/** Who has roles in another workspace only begins there. */
async function leadElsewhere(queryClient: QueryClient): Promise<void> {
  const known = await queryClient.ensureQueryData(workspaces)
  const other = known.find(({ name, joined }) => joined && name !== currentWorkspace())
  if (other) enterWorkspace(other.name)
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: search.signIn,
  component: lazyRouteComponent(() => import('../features/signin/SignInPage.tsx'), 'SignInPage'),
})
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/set-up',
  component: lazyRouteComponent(() => import('../features/signin/SetUpPage.tsx'), 'SetUpPage'),
})
const secondFactor = createRoute({
  getParentRoute: () => root,
  path: '/second-factor',
  validateSearch: search.secondFactor,
  component: lazyRouteComponent(() => import('../features/signin/EnrolPage.tsx'), 'EnrolPage'),
})
const welcome = createRoute({
  getParentRoute: () => bare,
  path: '/welcome',
  validateSearch: search.welcome,
  component: lazyRouteComponent(() => import('../features/welcome/WelcomePage.tsx'), 'WelcomePage'),
})
const work = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  beforeLoad: ({ context }) => leadAuditor(context.queryClient),
  component: lazyRouteComponent(() => import('../features/work/WorkPage.tsx'), 'WorkPage'),
})
const calendar = createRoute({
  getParentRoute: () => signedIn,
  path: '/calendar',
  validateSearch: search.calendar,
  component: lazyRouteComponent(() => import('../features/work/CalendarPage.tsx'), 'CalendarPage'),
})
const inventory = createRoute({
  getParentRoute: () => signedIn,
  path: '/inventory',
  validateSearch: search.inventory,
  component: lazyRouteComponent(() => import('../features/registry/InventoryPage.tsx'), 'InventoryPage'),
})
const models = createRoute({
  getParentRoute: () => signedIn,
  path: '/models',
  beforeLoad: () => {
    throw redirect({ to: '/inventory', search: {} })
  },
})
const model = createRoute({
  getParentRoute: () => signedIn,
  path: '/models/$name',
  component: lazyRouteComponent(() => import('../features/registry/ModelPage.tsx'), 'ModelPage'),
})
const version = createRoute({
  getParentRoute: () => signedIn,
  path: '/models/$name/versions/$which',
  validateSearch: search.version,
  component: lazyRouteComponent(() => import('../features/registry/VersionPage.tsx'), 'VersionPage'),
})
const evidence = createRoute({
  getParentRoute: () => signedIn,
  path: '/models/$name/versions/$which/evidence/$evidence',
  component: lazyRouteComponent(() => import('../features/evaluation/EvidencePage.tsx'), 'EvidencePage'),
})
const validation = createRoute({
  getParentRoute: () => signedIn,
  path: '/models/$name/versions/$which/validation',
  validateSearch: search.validation,
  component: lazyRouteComponent(() => import('../features/validation/ValidationPage.tsx'), 'ValidationPage'),
})
const evaluate = createRoute({
  getParentRoute: () => signedIn,
  path: '/models/$name/versions/$which/evaluate',
  validateSearch: search.evaluate,
  component: lazyRouteComponent(() => import('../features/evaluation/upload/EvaluatePage.tsx'), 'EvaluatePage'),
})
const versionCompare = createRoute({
  getParentRoute: () => signedIn,
  path: '/models/$name/compare',
  validateSearch: search.versionCompare,
  component: lazyRouteComponent(() => import('../features/evaluation/VersionComparePage.tsx'), 'VersionComparePage'),
})
const experiments = createRoute({
  getParentRoute: () => signedIn,
  path: '/experiments',
  validateSearch: search.experiments,
  component: lazyRouteComponent(() => import('../features/tracking/ExperimentsPage.tsx'), 'ExperimentsPage'),
})
const experiment = createRoute({
  getParentRoute: () => signedIn,
  path: '/experiments/$id',
  validateSearch: search.experiment,
  component: lazyRouteComponent(() => import('../features/tracking/ExperimentPage.tsx'), 'ExperimentPage'),
})
const run = createRoute({
  getParentRoute: () => signedIn,
  path: '/runs/$id',
  validateSearch: search.run,
  component: lazyRouteComponent(() => import('../features/tracking/RunPage.tsx'), 'RunPage'),
})
const compare = createRoute({
  getParentRoute: () => signedIn,
  path: '/compare',
  validateSearch: search.compare,
  component: lazyRouteComponent(() => import('../features/tracking/ComparePage.tsx'), 'ComparePage'),
})
const trace = createRoute({
  getParentRoute: () => signedIn,
  path: '/traces/$id',
  validateSearch: search.trace,
  component: lazyRouteComponent(() => import('../features/traces/TracePage.tsx'), 'TracePage'),
})
const webhooks = createRoute({
  getParentRoute: () => signedIn,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('../features/notifications/WebhooksPage.tsx'), 'WebhooksPage'),
})
const webhook = createRoute({
  getParentRoute: () => signedIn,
  path: '/webhooks/$id',
  validateSearch: search.webhook,
  component: lazyRouteComponent(() => import('../features/notifications/WebhookPage.tsx'), 'WebhookPage'),
})
const reviews = createRoute({
  getParentRoute: () => signedIn,
  path: '/reviews',
  validateSearch: search.reviews,
  component: lazyRouteComponent(() => import('../features/reviews/ReviewsPage.tsx'), 'ReviewsPage'),
})
const notices = createRoute({
  getParentRoute: () => signedIn,
  path: '/notices',
  validateSearch: search.notices,
  component: lazyRouteComponent(() => import('../features/notices/NoticesPage.tsx'), 'NoticesPage'),
})
const review = createRoute({
  getParentRoute: () => bare,
  path: '/reviews/$id',
  validateSearch: search.review,
  component: lazyRouteComponent(() => import('../features/reviews/ReviewPage.tsx'), 'ReviewPage'),
})
const findings = createRoute({
  getParentRoute: () => signedIn,
  path: '/findings',
  validateSearch: search.findings,
  component: lazyRouteComponent(() => import('../features/findings/FindingsPage.tsx'), 'FindingsPage'),
})
const finding = createRoute({
  getParentRoute: () => signedIn,
  path: '/findings/$id',
  component: lazyRouteComponent(() => import('../features/findings/FindingPage.tsx'), 'FindingPage'),
})
const gate = createRoute({
  getParentRoute: () => signedIn,
  path: '/gate',
  validateSearch: search.gate,
  component: lazyRouteComponent(() => import('../features/gate/VerdictsPage.tsx'), 'VerdictsPage'),
})
const verdict = createRoute({
  getParentRoute: () => signedIn,
  path: '/gate/verdicts/$id',
  component: lazyRouteComponent(() => import('../features/gate/VerdictPage.tsx'), 'VerdictPage'),
})
const gateExplained = createRoute({
  getParentRoute: () => signedIn,
  path: '/models/$name/versions/$which/gate',
  validateSearch: search.gateExplained,
  component: lazyRouteComponent(() => import('../features/gate/ExplainPage.tsx'), 'ExplainPage'),
})
const policies = createRoute({
  getParentRoute: () => signedIn,
  path: '/policies',
  component: lazyRouteComponent(() => import('../features/policy/PoliciesPage.tsx'), 'PoliciesPage'),
})
const policyStart = createRoute({
  getParentRoute: () => signedIn,
  path: '/policy-starters',
  validateSearch: search.policyStart,
  component: lazyRouteComponent(() => import('../features/policy/StartPolicyPage.tsx'), 'StartPolicyPage'),
})
const policy = createRoute({
  getParentRoute: () => signedIn,
  path: '/policies/$name',
  validateSearch: search.policy,
  component: lazyRouteComponent(() => import('../features/policy/PolicyPage.tsx'), 'PolicyPage'),
})
const policyStudio = createRoute({
  getParentRoute: () => signedIn,
  path: '/policies/$name/edit',
  validateSearch: search.policyStudio,
  component: lazyRouteComponent(() => import('../features/policy/StudioPage.tsx'), 'StudioPage'),
})
const datasets = createRoute({
  getParentRoute: () => signedIn,
  path: '/datasets',
  validateSearch: search.datasets,
  component: lazyRouteComponent(() => import('../features/datasets/DatasetsPage.tsx'), 'DatasetsPage'),
})
const trail = createRoute({
  getParentRoute: () => signedIn,
  path: '/trail',
  validateSearch: search.trail,
  component: lazyRouteComponent(() => import('../features/audit/TrailPage.tsx'), 'TrailPage'),
})
const people = createRoute({
  getParentRoute: () => signedIn,
  path: '/people',
  validateSearch: search.people,
  component: lazyRouteComponent(() => import('../features/access/PeoplePage.tsx'), 'PeoplePage'),
})
const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/signin/AccountPage.tsx'), 'AccountPage'),
})
const duties = createRoute({
  getParentRoute: () => signedIn,
  path: '/duties',
  validateSearch: search.duties,
  component: lazyRouteComponent(() => import('../features/duties/DutiesPage.tsx'), 'DutiesPage'),
})
const systems = createRoute({
  getParentRoute: () => signedIn,
  path: '/systems',
  validateSearch: search.systems,
  component: lazyRouteComponent(() => import('../features/systems/SystemsPage.tsx'), 'SystemsPage'),
})
const system = createRoute({
  getParentRoute: () => signedIn,
  path: '/systems/$name',
  component: lazyRouteComponent(() => import('../features/systems/SystemPage.tsx'), 'SystemPage'),
})
const auditor = createRoute({
  getParentRoute: () => signedIn,
  path: '/auditor',
  validateSearch: search.auditor,
  component: lazyRouteComponent(() => import('../features/auditors/AuditorPage.tsx'), 'AuditorPage'),
})
const admin = createRoute({
  getParentRoute: () => signedIn,
  path: '/admin',
  validateSearch: search.admin,
  component: lazyRouteComponent(() => import('../features/admin/AdminPage.tsx'), 'AdminPage'),
})
const retention = createRoute({
  getParentRoute: () => signedIn,
  path: '/retention',
  validateSearch: search.retention,
  component: lazyRouteComponent(() => import('../features/retention/RetentionPage.tsx'), 'RetentionPage'),
})
const workspacesPage = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces',
  component: lazyRouteComponent(() => import('../features/workspaces/WorkspacesPage.tsx'), 'WorkspacesPage'),
})
const reference = createRoute({
  getParentRoute: () => signedIn,
  path: '/reference',
  component: lazyRouteComponent(() => import('../features/server/ReferencePage.tsx'), 'ReferencePage'),
})

const tree = root.addChildren([
  signIn,
  setUp,
  secondFactor,
  bare.addChildren([welcome, review]),
  signedIn.addChildren([
    work,
    calendar,
    inventory,
    models,
    model,
    version,
    evidence,
    evaluate,
    validation,
    versionCompare,
    experiments,
    experiment,
    run,
    compare,
    trace,
    webhooks,
    webhook,
    reviews,
    notices,
    findings,
    finding,
    gate,
    verdict,
    gateExplained,
    policies,
    policyStart,
    policy,
    policyStudio,
    datasets,
    trail,
    people,
    account,
    duties,
    systems,
    system,
    auditor,
    admin,
    retention,
    workspacesPage,
    reference,
  ]),
])

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    parseSearch: (query) => defaultParseSearch(withoutWorkspace(query)),
    stringifySearch: (search) => inWorkspace(defaultStringifySearch(search)),
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultPendingComponent: () => <Skeleton lines={6} />,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFound,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
