import { createHash } from 'node:crypto'
import { escapeHtml } from '@parley/core'

const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}body{margin:0;display:grid;place-items:center;min-height:100vh}
main{max-width:30rem;padding:2rem}button{font:inherit;padding:.6rem 1.2rem;border:2px solid currentcolor;border-radius:.4rem;background:none;color:inherit;cursor:pointer}
button:focus-visible{outline:3px solid highlight;outline-offset:2px}`

/** Nothing loads but the page's own style; its form goes to ourselves. */
export const PAGE_CSP = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'`

export type PageState = 'ask' | 'stopped' | 'resumed' | 'invalid'

interface Words {
  /** As the tenant is called. */
  readonly from: string
  /** `marketing messages`. */
  readonly what: string
}

/** One page, in plain HTML: it works without scripts, by keyboard, and in a screen reader. */
export function unsubscribePage(state: PageState, words: Words): string {
  const { title, text, form } = shown(state, { from: escapeHtml(words.from), what: escapeHtml(words.what) })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1><p${state === 'ask' || state === 'invalid' ? '' : ' role="status"'}>${text}</p>${form}</main></body></html>
`
}

function shown(state: PageState, { from, what }: Words): { title: string; text: string; form: string } {
  switch (state) {
    case 'ask':
      return {
        title: 'Unsubscribe',
        text: `Do you want to stop getting ${what} from ${from}?`,
        form: button('opt-out', 'Unsubscribe'),
      }
    case 'stopped':
      return {
        title: 'You are unsubscribed',
        text: `You will get no more ${what} from ${from}. If that was a mistake, you can take it back.`,
        form: button('opt-in', 'Subscribe again'),
      }
    case 'resumed':
      return {
        title: 'You are subscribed again',
        text: `You will get ${what} from ${from}.`,
        form: button('opt-out', 'Unsubscribe'),
      }
    default:
      return {
        title: 'This link does not work',
        text: 'It may be incomplete, or too old. Please use the link of a newer message, or write to the sender.',
        form: '',
      }
  }
}

/** Without an action a form goes to the page's own address. */
function button(wish: string, label: string): string {
  return `<form method="post"><input type="hidden" name="wish" value="${wish}"><button type="submit">${label}</button></form>`
}
