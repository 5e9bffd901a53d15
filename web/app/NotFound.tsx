import { Page } from '../ui/Page.tsx'
import { PathLink } from '../ui/PathLink.tsx'

export function NotFound() {
  return (
    <main style={{ padding: '48px 26px', maxWidth: 720 }}>
      <Page title="There is no page at this address" intro="It may be mistyped, or the page has another name.">
        <p>
          <PathLink to="/inventory">Go to the inventory</PathLink>
        </p>
      </Page>
    </main>
  )
}
