export type SetUpTables = { server_state: ServerStateRow }

export type ServerStateRow = { name: string; value: string; since: string }
