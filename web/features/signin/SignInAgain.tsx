import { Modal } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { sessionIsBack, useSessionEnded } from '../access/ended.ts'
import { session } from '../access/queries.ts'
import { SignInForm } from './SignInForm.tsx'

/** Over the page, so that nothing that was typed is lost when a session ends. */
export function SignInAgain() {
  const ended = useSessionEnded()
  const client = useQueryClient()
  const { data } = useQuery({ ...session, enabled: false })
  function resume() {
    sessionIsBack()
    void client.invalidateQueries()
  }
  return (
    <Modal
      opened={ended}
      onClose={sessionIsBack}
      title="Your session has ended"
      zIndex={400}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p className="small quiet">Sign in to go on. What you wrote on this page is kept.</p>
      <SignInForm
        login={data?.person.login}
        next={`${window.location.pathname}${window.location.search}`}
        done={resume}
      />
    </Modal>
  )
}
