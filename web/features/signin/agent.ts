const browsers: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/HeadlessChrome\/|Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: readonly [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
]

/** What a browser calls itself, as people would say it. */
export function agentText(agent: string): string {
  const browser = browsers.find(([pattern]) => pattern.test(agent))?.[1]
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1]
  if (!browser) return agent.split(/[\s/]/)[0] || 'Unknown browser'
  return system ? `${browser} on ${system}` : browser
}

const methods: Record<string, string> = {
  password: 'password',
  'password+totp': 'password and app',
  'password+passkey': 'password and passkey',
  'password+recovery': 'password and recovery code',
  passkey: 'passkey',
  oidc: 'provider',
}
export const methodText = (method: string): string => methods[method] ?? method
