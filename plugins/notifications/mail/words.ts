import { escapeHtml, type MailContent } from '@parley/core'
import type { Outgoing } from '../models/notification.ts'

type Line = Pick<Outgoing, 'title' | 'body' | 'link'>

/** One notification as a mail of its own, several as a list. Whatever came from outside is escaped in the HTML. */
export function mailOf(lines: readonly Line[], linkBase: string | undefined): MailContent {
  const [first] = lines
  const subject = lines.length === 1 && first !== undefined ? first.title : `${lines.length} notifications`
  const shown = lines.map(({ title, body, link }) => ({
    title,
    body,
    url: link === null || linkBase === undefined ? undefined : new URL(link, linkBase).href,
  }))
  const text = shown.map(({ title, body, url }) => [title, body, url].filter((part) => part).join('\n')).join('\n\n')
  const html = shown.map(({ title, body, url }) => {
    const head = url === undefined ? escapeHtml(title) : `<a href="${escapeHtml(url)}">${escapeHtml(title)}</a>`
    return `<p><strong>${head}</strong>${body === '' ? '' : `<br>${escapeHtml(body)}`}</p>`
  })
  return {
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en">\n<body>\n${html.join('\n')}\n</body>\n</html>\n`,
  }
}
