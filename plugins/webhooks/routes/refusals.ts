import { type Actor, permits, problem, type Reply } from '@parley/core'
import type { Parts } from '../context.ts'

export const noSubscription = (id: string) => problem(404, 'webhooks.not-found', `There is no webhook ${id}.`)

/** Why an address is not taken, or `undefined`. The name behind it is resolved, and checked, at every delivery. */
export function addressRefusal({ egress, settings }: Parts, url: string): Reply | undefined {
  const vetted = egress.vet(url)
  if (!vetted.ok) return problem(422, `webhooks.${vetted.reason}`, `url: ${vetted.detail}`)
  if (vetted.target.protocol === 'https:' || settings.allowHttp) return undefined
  return problem(422, 'webhooks.url-invalid', 'url: only https is spoken.')
}

/** Nobody gets by a webhook what they could not read. */
export function personalRefusal(actor: Actor | undefined, includePersonal: boolean): Reply | undefined {
  if (!includePersonal || (actor !== undefined && permits(actor, 'webhooks.personal'))) return undefined
  return problem(403, 'webhooks.personal', 'includePersonal needs the permission "webhooks.personal".')
}
