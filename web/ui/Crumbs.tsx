import { useRouterState } from '@tanstack/react-router'
import styles from './Crumbs.module.css'
import { PathLink } from './PathLink.tsx'

const sections: Record<string, { title: string; to: string }> = {
  inventory: { title: 'Inventory', to: '/inventory' },
  calendar: { title: 'Calendar', to: '/calendar' },
  models: { title: 'Inventory', to: '/inventory' },
  systems: { title: 'AI systems', to: '/systems' },
  experiments: { title: 'Experiments', to: '/experiments' },
  runs: { title: 'Experiments', to: '/experiments' },
  compare: { title: 'Experiments', to: '/experiments' },
  traces: { title: 'Experiments', to: '/experiments' },
  webhooks: { title: 'Webhooks', to: '/webhooks' },
  datasets: { title: 'Datasets', to: '/datasets' },
  policies: { title: 'Policies', to: '/policies' },
  'policy-starters': { title: 'Policies', to: '/policies' },
  reviews: { title: 'Reviews', to: '/reviews' },
  gate: { title: 'Gate', to: '/gate' },
  trail: { title: 'Trail', to: '/trail' },
  findings: { title: 'Findings', to: '/findings' },
  duties: { title: 'People and duties', to: '/duties' },
  auditor: { title: 'Auditor room', to: '/auditor' },
  admin: { title: 'Connections and admin', to: '/admin' },
  retention: { title: 'Retention', to: '/retention' },
  account: { title: 'Your account', to: '/account' },
  workspaces: { title: 'Workspaces', to: '/workspaces' },
  people: { title: 'People', to: '/people' },
  reference: { title: 'API reference', to: '/reference' },
}

/** Where this page stands, read from its address. */
export function Crumbs() {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const crumbs = crumbsOf(path)
  return (
    <nav aria-label="Where you are" className={styles.crumbs}>
      <ol>
        {crumbs.map((crumb, index) => (
          <li key={crumb.to}>
            {index < crumbs.length - 1 ? (
              <PathLink to={crumb.to}>{crumb.title}</PathLink>
            ) : (
              <span aria-current="page">{crumb.title}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}

function crumbsOf(path: string): { title: string; to: string }[] {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent)
  const [section, name, kind, last, part] = parts
  const first = section ? sections[section] : { title: 'My work', to: '/' }
  const crumbs = first ? [first] : []
  switch (section) {
    case 'models':
      if (name) crumbs.push({ title: name, to: `/models/${encodeURIComponent(name)}` })
      if (name && kind === 'versions' && last) {
        crumbs.push({ title: `version ${last}`, to: `/models/${encodeURIComponent(name)}/versions/${last}` })
      }
      if (part === 'evidence') crumbs.push({ title: 'evidence', to: path })
      if (kind === 'compare') crumbs.push({ title: 'compare', to: path })
      if (part === 'validation') crumbs.push({ title: 'validation', to: path })
      if (part === 'evaluate') crumbs.push({ title: 'evaluate', to: path })
      break
    case 'gate':
      if (kind) crumbs.push({ title: 'verdict', to: path })
      break
    case 'systems':
      if (name) crumbs.push({ title: name, to: path })
      break
    case 'policies':
      if (name) crumbs.push({ title: name, to: path })
      break
    case 'experiments':
      if (name) crumbs.push({ title: `experiment ${name}`, to: path })
      break
    case 'compare':
      crumbs.push({ title: 'compare', to: path })
      break
    case 'traces':
      if (name) crumbs.push({ title: `trace ${name.replace(/^tr-/, '').slice(0, 8)}`, to: path })
      break
    case 'webhooks':
      if (name) crumbs.push({ title: 'deliveries', to: path })
      break
    case 'runs':
      if (name) crumbs.push({ title: `run ${name.slice(0, 8)}`, to: path })
      break
  }
  return crumbs
}
