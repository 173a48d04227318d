import { type ConsentWish, defineRoute, type Reply, type Route, raw } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { purposesOf } from '../domain/purposes.ts'
import { actOnLink } from '../links/act.ts'
import { type LinkClaims, readLink } from '../links/link.ts'
import { PAGE_CSP, type PageState, unsubscribePage } from '../links/page.ts'

interface Form {
  readonly wish: ConsentWish
  readonly 'List-Unsubscribe'?: string
}

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
    body: { form: true, maxBytes: 4096 },
    payload: Joi.object<Form>({
      wish: Joi.valid('opt-out', 'opt-in').default('opt-out'),
      'List-Unsubscribe': Joi.string().max(100),
    }).unknown(true),
    handle: async ({ params: { token }, payload, correlationId }) => {
      const claims = readLink(parts, token)
      if (claims === undefined) return invalid()
      const oneClick = payload['List-Unsubscribe'] !== undefined
      const wish = oneClick ? 'opt-out' : payload.wish
      const proof = oneClick ? 'one click in the mailbox' : 'the page behind the link'
      await parts.database.transaction(claims.tenantId, (uow) => actOnLink(parts, uow, claims, { wish, proof }), {
        correlationId,
      })
      return show(parts, claims, wish === 'opt-out' ? 'stopped' : 'resumed')
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
