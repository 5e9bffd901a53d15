import { Outlet } from '@tanstack/react-router'
import { OpenNotice } from '../features/server/OpenNotice.tsx'

/** What stands on every page, also on those that take the whole screen. */
export function Root() {
  return (
    <>
      <OpenNotice />
      <Outlet />
    </>
  )
}
