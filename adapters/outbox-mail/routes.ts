import { defineRoute, type Route, raw } from '@parley/core'
import type { Outbox } from './outbox.ts'
import { CSP, outboxPage, STYLES } from './page.ts'

const tags = ['outbox']
const access = { public: 'A demo on one’s own machine: who can open the page is who runs it.' } as const
/** As much as somebody reads who looks for the last link. */
const SHOWN = 50

export function outboxRoutes(outbox: Outbox): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/outbox',
      id: 'outboxPage',
      summary: 'The mails that would have gone out, newest first',
      ...{ tags, access, csp: CSP },
      responses: { 200: { description: 'The page', contentType: 'text/html' } },
      handle: async () => raw(outboxPage(await outbox.list(SHOWN)), 'text/html; charset=utf-8'),
    }),
    defineRoute({
      method: 'GET',
      path: '/outbox/styles.css',
      id: 'outboxStyles',
      summary: 'The style sheet of the outbox',
      ...{ tags, access },
      responses: { 200: { description: 'The style sheet', contentType: 'text/css' } },
      handle: async () => raw(STYLES, 'text/css; charset=utf-8'),
    }),
  ]
}
