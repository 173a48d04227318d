import type { Program } from './programs.ts'

type Api = NonNullable<Program['api']>

export async function call(api: Api, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${api.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${api.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** One answer to every message, at once, as the floor does; no cap that a load run would meet. */
export async function answerEverything(api: Api): Promise<void> {
  await call(api, 'PATCH', '/api/admin/plugins/inbox/settings', {
    autoReplies: {
      burstMs: 0,
      greeting: '',
      keywords: [{ words: ['bench'], answer: 'Thank you, we are on it.' }],
      maxPerThreadPerHour: 1_000_000,
    },
  })
}
