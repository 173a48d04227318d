import { escapeHtml } from '@parley/core'
import type { KeptMail } from './outbox.ts'

const LINK = /https?:\/\/\S+/g

/** The mails as a page without a script. Their text is shown, never their HTML; links are links. */
export function outboxPage(mails: readonly KeptMail[]): string {
  const list = mails.length === 0 ? '<p>No mail yet.</p>' : mails.map(article).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Outbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/outbox/styles.css">
</head>
<body>
<main>
<h1>Outbox</h1>
<p>Mail that would have gone out. No email service is configured, so it stays on this machine.</p>
${list}
</main>
</body>
</html>
`
}

export const STYLES = `:root { font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid color-mix(in srgb, currentcolor 25%, transparent); border-radius: 0.5rem; padding: 1rem; margin: 1rem 0; }
h2 { margin: 0; font-size: 1.1rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin-bottom: 0; }
`

/** Nothing may run; our one style sheet may load. */
export const CSP = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"

function article({ to, at, content }: KeptMail): string {
  const { subject, text } =
    'subject' in content ? content : { subject: content.template, text: JSON.stringify(content.variables, null, 2) }
  return `<article>
<h2>${escapeHtml(subject)}</h2>
<p>To ${escapeHtml(to.address)}, <time datetime="${escapeHtml(at)}">${escapeHtml(at)}</time></p>
<pre>${linked(text)}</pre>
</article>`
}

function linked(text: string): string {
  let done = ''
  let from = 0
  for (const match of text.matchAll(LINK)) {
    const url = escapeHtml(match[0])
    done += `${escapeHtml(text.slice(from, match.index))}<a href="${url}" rel="noreferrer">${url}</a>`
    from = match.index + match[0].length
  }
  return done + escapeHtml(text.slice(from))
}
