import type { ChannelProfiles } from '@parley/core'
import { asRecord, asText, clip, type Json, present } from '../json.ts'
import type { RouteOf } from './route.ts'
import { refusalOf } from './send/outcome.ts'

const MAX_NAME = 500
const MAX_USERNAME = 320

/**
 * `GET /{person}?fields=…`, the person's name as the account may see it. Meta tells nothing about people who did not write
 * first, or who blocked us: code 230, or 100 with a subcode.
 */
export function platformProfiles(routeOf: RouteOf, fields: string): ChannelProfiles {
  return {
    async profileOf({ connection, identity, signal }) {
      const { graph, token } = routeOf(connection)
      const path = `/${encodeURIComponent(identity.value)}`
      const answer = await graph.request({ method: 'GET', path, query: { fields }, token, signal })
      const refusal = refusalOf(answer, [token, identity.value])
      if (refusal !== undefined) {
        const { failure } = refusal
        const detail = `${refusal.code}: ${refusal.detail}`
        if (failure === 'throttled' || failure === 'retryable') return { ok: false, failure, detail }
        // A person that cannot be seen says nothing about the account: sends tell whether its credential is good.
        return { ok: false, failure: failure === 'unknown' ? 'retryable' : 'hidden', detail }
      }
      const body = answer.outcome === 'answered' ? asRecord(answer.body) : undefined
      return { ok: true, sender: { identities: [identity], ...namesOf(body ?? {}) } }
    },
  }
}

function namesOf(profile: Json): { displayName?: string; username?: string } {
  const parts = [asText(profile.first_name), asText(profile.last_name)].filter((part) => part !== undefined)
  const name = asText(profile.name) ?? parts.join(' ')
  return present({
    displayName: clip(name, MAX_NAME) || undefined,
    username: clip(asText(profile.username) ?? '', MAX_USERNAME) || undefined,
  })
}
