import type { Connection } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'
import type { RemoteTarget } from '../wire/prepare-call.ts'
import { secretsIn } from '../wire/signature.ts'

export type FoundTarget =
  | { readonly ok: true; readonly target: RemoteTarget; readonly own: boolean }
  | { readonly ok: false; readonly code: string; readonly detail: string }

/**
 * Where a connection's remote is. A registered one is the operator's to name, and nothing in a connection changes that; only
 * where none is registered may a tenant name its own (`own`).
 */
export function targetOf({ settings, secrets }: Connection, remote: RemoteSettings): FoundTarget {
  const keys = secretsIn(secrets)
  if (keys.length === 0) return missing('parley.no-secret', 'The connection has no signingSecret.')
  if (remote.url !== undefined) return { ok: true, own: false, target: { url: remote.url, secrets: keys } }
  if (!remote.tenantUrls) return missing('parley.no-remote', 'No remote is registered here.')
  const { url } = settings
  if (typeof url !== 'string' || !URL.canParse(url))
    return missing('parley.no-url', 'settings.url: expected the address of the remote.')
  return { ok: true, own: true, target: { url, secrets: keys } }
}

function missing(code: string, detail: string): FoundTarget {
  return { ok: false, code, detail }
}
