import { defineRoute, problem, type Reply, type Route, raw } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { purposesOf } from '../domain/purposes.ts'
import { actOnLink } from '../links/act.ts'
import { askedFor } from '../links/form.ts'
import { type LinkClaims, readLink } from '../links/link.ts'
import { PAGE_CSP, type PageState, unsubscribePage } from '../links/page.ts'

const path = '/unsubscribe/{token}'
const params = Joi.object<{ token: string }>({ token: Joi.string().max(4096).required() })
const shared = {
  path,
  tags: ['consent'],
  access: { public: 'Whoever got the message may end them; the link is signed, and says for whom.' },
  params,
  csp: PAGE_CSP,
  responses: {
    200: { description: 'The page', contentType: 'text/html' },
    404: { description: 'The page that says that the link does not work', contentType: 'text/html' },
  },
}

/** Looking changes nothing: mail scanners open every link. */
export function showUnsubscribe(parts: Parts): Route {
  return defineRoute({
    ...shared,
    method: 'GET',
    id: 'showUnsubscribe',
    summary: 'The page behind an unsubscribe link.',
    handle: async ({ params: { token } }) => {
      const claims = readLink(parts, token)
      return claims === undefined ? invalid() : show(parts, claims, 'ask')
    },
  })
}

/** The page's button, and what a mailbox does by itself with `List-Unsubscribe=One-Click` (RFC 8058). */
export function doUnsubscribe(parts: Parts): Route {
  return defineRoute({
    ...shared,
    method: 'POST',
    id: 'doUnsubscribe',
    summary: 'Ends the messages that an unsubscribe link is about, or takes that back.',
    body: { raw: true, maxBytes: 4096 },
    payload: Joi.binary(),
    responses: { ...shared.responses, 415: { description: 'The body is no form.' } },
    handle: async ({ params: { token }, payload, headers, correlationId }) => {
      const claims = readLink(parts, token)
      if (claims === undefined) return invalid()
      const asked = await askedFor(payload, String(headers['content-type'] ?? ''))
      if (asked === undefined) return problem(415, 'payload.unsupported-type', 'Expected the fields of a form.')
      await parts.database.transaction(claims.tenantId, (uow) => actOnLink(parts, uow, claims, asked), {
        correlationId,
      })
      return show(parts, claims, asked.wish === 'opt-out' ? 'stopped' : 'resumed')
    },
  })
}

async function show({ tenants, tenantSettings }: Parts, claims: LinkClaims, state: PageState): Promise<Reply> {
  const tenant = await tenants.find(claims.tenantId)
  const purposes = purposesOf(await tenantSettings.of(claims.tenantId))
  const what = purposes.find(({ key }) => key === claims.purpose)?.title ?? claims.purpose
  return html(unsubscribePage(state, { from: tenant?.name ?? 'this sender', what }))
}

function invalid(): Reply {
  return { ...html(unsubscribePage('invalid', { from: '', what: '' })), status: 404 }
}

function html(page: string): Reply {
  return raw(page, 'text/html; charset=utf-8', { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
}
