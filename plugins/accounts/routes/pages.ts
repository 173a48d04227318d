import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineRoute, problem, type Route, raw } from '@parley/core'
import Joi from 'joi'

const tags = ['auth']
const access = { public: 'Links in mails lead here; the page itself holds nothing.' } as const

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Your account</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/account/assets/styles.css">
<script type="module" src="/account/assets/account.js"></script>
</head>
<body>
<main><noscript>This page needs JavaScript.</noscript></main>
</body>
</html>
`

const FILES = { 'account.js': 'text/javascript; charset=utf-8', 'styles.css': 'text/css; charset=utf-8' } as const

/** Where links in mails lead. The token stands behind `#`, so the server that sends the page does not see it. */
export function pageRoutes(): readonly Route[] {
  const folder = join(import.meta.dirname, '../pages')
  const files = new Map(
    Object.entries(FILES).map(([name, type]) => [name, { type, content: readFileSync(join(folder, name)) }]),
  )
  return [
    defineRoute({
      method: 'GET',
      path: '/account/{page}',
      id: 'accountPage',
      summary: 'The page that a link in a mail leads to',
      ...{ tags, access, csp: CSP },
      params: Joi.object<{ page: string }>({
        page: Joi.valid('verify-email', 'reset-password', 'accept-invitation').required(),
      }),
      responses: { 200: { description: 'The page', contentType: 'text/html' } },
      handle: async () => raw(PAGE, 'text/html; charset=utf-8'),
    }),
    defineRoute({
      method: 'GET',
      path: '/account/assets/{file}',
      id: 'accountAsset',
      summary: 'A script or style sheet of that page',
      ...{ tags, access },
      params: Joi.object<{ file: string }>({ file: Joi.string().max(40).required() }),
      responses: {
        200: { description: 'The file', contentType: '*/*' },
        404: { description: 'There is no such file.' },
      },
      handle: async ({ params: { file } }) => {
        const found = files.get(file)
        if (found === undefined) return problem(404, 'accounts.asset-not-found', `There is no file ${file}.`)
        return raw(found.content, found.type, { 'cache-control': 'no-cache' })
      },
    }),
  ]
}
