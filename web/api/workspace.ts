const first = 'main'
const parameter = 'workspace'

/** The workspace of this tab: the one that its address names. Other tabs may be in others. */
const current = new URLSearchParams(window.location.search).get(parameter) || first

export const currentWorkspace = (): string => current
export const isFirstWorkspace = (): boolean => current === first

/** Every address names its workspace, so that a reload stays in it and a link leads others there. */
export function inWorkspace(address: string): string {
  if (isFirstWorkspace()) return address
  const [, path = '', query = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(address) ?? []
  const search = new URLSearchParams(query)
  search.set(parameter, current)
  return `${path}?${search}${hash}`
}

/** Begins anew in another workspace: nothing that was loaded in this one is carried over. */
export function enterWorkspace(name: string): void {
  window.location.assign(name === first ? '/' : `/?${new URLSearchParams({ [parameter]: name })}`)
}

/** The query of an address without the workspace, which no page reads. */
export function withoutWorkspace(query: string): string {
  const search = new URLSearchParams(query)
  search.delete(parameter)
  const text = search.toString()
  return text ? `?${text}` : ''
}
