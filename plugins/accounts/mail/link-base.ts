const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Where links in mails lead: the configured address. Without one, the address that the caller used, if it is this machine:
 * any other Host header is the caller's claim, and a link made of it would hand the token to whoever claims.
 */
export function linkBaseOf(settings: { readonly linkBase?: string }, origin: string): string {
  if (settings.linkBase !== undefined) return settings.linkBase.replace(/\/+$/, '')
  const claimed = URL.canParse(origin) ? new URL(origin) : undefined
  return claimed !== undefined && LOOPBACK.has(claimed.hostname) ? claimed.origin : 'http://localhost'
}
