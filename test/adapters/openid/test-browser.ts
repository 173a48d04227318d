/** A page as a browser would have it. */
export interface Visit {
  readonly url: URL
  readonly status: number
  readonly text: string
}

/** A form that a page would send by itself. */
export interface PageForm {
  readonly action: string
  readonly fields: Record<string, string>
}

/** Follows redirects and keeps cookies by origin, as far as a sign-in needs it. */
export class TestBrowser {
  readonly #jars = new Map<string, Map<string, string>>()

  /** Until the first answer that is no redirect, or the first address that `stop` says. */
  async open(address: string, stop: (url: URL) => boolean = () => false): Promise<Visit> {
    let url = new URL(address)
    for (let hop = 0; hop < 12; hop += 1) {
      if (stop(url)) return { url, status: 0, text: '' }
      const response = await this.fetch(url)
      const location = response.headers.get('location')
      if (location === null) return { url, status: response.status, text: await response.text() }
      await response.arrayBuffer()
      url = new URL(location, url)
    }
    throw new Error(`${address} redirects without an end`)
  }

  async fetch(url: URL, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const jar = this.#jar(url)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie === '' ? {} : { cookie }), ...init.headers }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const cut = pair.indexOf('=')
      jar.set(pair.slice(0, cut), pair.slice(cut + 1))
    }
    return response
  }

  /** A script of a page of ours: same origin, with the cookies. */
  async call<T = Record<string, unknown>>(
    method: string,
    address: string,
    payload?: object,
    more: Record<string, string> = {},
  ) {
    const url = new URL(address)
    const headers = {
      origin: url.origin,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    }
    const response = await this.fetch(url, {
      method,
      headers,
      ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as T }
  }

  /** Sends a form to another site: its cookies (SameSite) stay at home. Where that leads. */
  async post(address: string, fields: Record<string, string>): Promise<URL> {
    const response = await fetch(address, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
    await response.arrayBuffer()
    return new URL(response.headers.get('location') ?? '', address)
  }

  #jar(url: URL): Map<string, string> {
    const jar = this.#jars.get(url.origin) ?? new Map<string, string>()
    this.#jars.set(url.origin, jar)
    return jar
  }
}

export function formOf({ text }: Visit): PageForm {
  const action = unescapeHtml(/<form method="post" action="([^"]+)"/.exec(text)?.[1] ?? '')
  const inputs = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return { action, fields: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescapeHtml(value)])) }
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
