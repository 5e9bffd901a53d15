import { Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'

type Props = {
  button: string
  title: string
  action: string
  name?: string
  kind?: 'go' | 'plain'
  run: (name: string) => Promise<unknown>
}

/** A button that asks for a name: of something made, or of something renamed. */
export function NameDialog({ button, title, action, name = '', kind = 'plain', run }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button kind={kind} onClick={() => setOpen(true)}>
        {button}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
        <Form key={name} action={action} name={name} run={run} close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Form(props: Pick<Props, 'action' | 'run'> & { name: string; close: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState(props.name)
  const work = useMutation({
    mutationFn: () => props.run(name),
    onSuccess: async () => {
      props.close()
      await client.invalidateQueries({ queryKey: ['tracking'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    work.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={fieldError(work.error, 'name')}
        data-autofocus
      />
      {work.error && <ErrorState error={work.error} />}
      <div className="row">
        <Button type="submit" kind="go" busy={work.isPending}>
          {props.action}
        </Button>
        <Button kind="bare" onClick={props.close}>
          Not now
        </Button>
      </div>
    </form>
  )
}
