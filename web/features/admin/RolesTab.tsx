import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Permission, type RoleDefinition } from '../../../src/modules/access/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { useMay } from '../access/people.tsx'
import { removeRole, roles } from '../access/queries.ts'
import { RoleForm } from './RoleForm.tsx'

/** The built-in roles and those that the workspace has defined. */
export function RolesTab() {
  const query = useQuery(roles)
  const client = useQueryClient()
  const may = useMay()
  const [edited, setEdited] = useState<RoleDefinition>()
  const remove = useMutation({
    mutationFn: (role: RoleDefinition) => removeRole(role.name),
    onSuccess: () => client.invalidateQueries({ queryKey: ['access'] }),
  })
  const writes = may('access.write')
  return (
    <div className={writes ? 'cols' : undefined}>
      <div>
        {remove.error && <ErrorState error={remove.error} />}
        <Loaded query={query} lines={7}>
          {(list) => (
            <Card title="Roles" flush>
              <DataTable
                label="Roles"
                columns={writes ? [...columns, actions(setEdited, remove.mutate)] : columns}
                rows={list}
                rowKey={({ name }) => name}
                unit="role"
              />
            </Card>
          )}
        </Loaded>
      </div>
      {writes && (
        <aside aria-label="Define a role">
          <RoleForm
            key={edited ? `${edited.name} ${edited.version}` : 'new'}
            role={edited}
            done={() => setEdited(undefined)}
          />
        </aside>
      )}
    </div>
  )
}

const columns: Column<RoleDefinition>[] = [
  {
    key: 'name',
    header: 'Role',
    cell: ({ name, built_in, version }) => (
      <>
        <b style={{ fontWeight: 550 }}>{name}</b>
        <div className="quiet small">{built_in ? 'built in' : `version ${version}`}</div>
      </>
    ),
    value: ({ name }) => name,
  },
  {
    key: 'holders',
    header: 'Held by',
    align: 'right',
    cell: ({ holders }) => holders,
    value: ({ holders }) => holders,
  },
  {
    key: 'permissions',
    header: 'Permits',
    cell: ({ permissions, description }) => (
      <>
        {description && <div>{description}</div>}
        <div className="fact quiet">
          {permissions.length === Permission.options.length ? 'everything' : permissions.join(' ')}
        </div>
      </>
    ),
    value: ({ permissions }) => permissions.join(' '),
  },
]

const actions = (
  edit: (role: RoleDefinition) => void,
  remove: (role: RoleDefinition) => void,
): Column<RoleDefinition> => ({
  key: 'actions',
  header: 'Change',
  cell: (role) =>
    !role.built_in && (
      <div className="row" style={{ flexWrap: 'nowrap' }}>
        <Button kind="bare" onClick={() => edit(role)} aria-label={`Change ${role.name}`}>
          Change
        </Button>
        <Button kind="bare" onClick={() => remove(role)} aria-label={`Remove ${role.name}`}>
          Remove
        </Button>
      </div>
    ),
  value: () => null,
})
