import type { ChannelTemplate, ChannelTemplates, FilledChannelTemplate, TemplateContent } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'
import type { RemoteClient } from '../wire/client.ts'
import type { RegisteredRemote } from '../wire/registered.ts'
import { templatesData } from './operations.ts'
import { refusalOf } from './outcome.ts'
import { targetOf } from './target.ts'

type Listed = Awaited<ReturnType<ChannelTemplates['list']>>
type Component = { readonly type: string; readonly text?: string; readonly buttons?: readonly string[] }

const PLACE = /\{\{\s*([\w.-]{1,64})\s*\}\}/g

/** `GET /channel/templates`, for remotes that declare them. Filling is ours: words with `{{name}}` in them need nobody else. */
export function remoteTemplates(parts: {
  readonly client: RemoteClient
  readonly remote: RegisteredRemote
  readonly settings: RemoteSettings
}): ChannelTemplates {
  const { client, remote, settings } = parts
  return {
    async list({ connection, signal }): Promise<Listed> {
      if (remote.manifest?.channel.features.includes('templates') !== true) return { ok: true, templates: [] }
      const found = targetOf(connection, settings)
      if (!found.ok) return { ok: false, failure: 'auth', detail: `${found.code}: ${found.detail}` }
      const path = `/channel/templates?account=${encodeURIComponent(connection.externalId)}`
      const answer = await client.call(found.target, { path, signal }, templatesData)
      if (answer.outcome === 'done') return { ok: true, templates: answer.data.templates as ChannelTemplate[] }
      const { failure, code, detail } = refusalOf(answer, found.target.secrets)
      return { ok: false, failure: failure === 'auth' ? 'auth' : 'retryable', detail: `${code}: ${detail}` }
    },
    parameters: (template) => placesOf(template).map((key) => ({ key, type: 'text', required: true })),
    fill,
  }
}

function fill(template: ChannelTemplate, values: Readonly<Record<string, unknown>>): FilledChannelTemplate {
  const places = placesOf(template)
  const missing = places.filter((key) => valueFor(values, key) === undefined)
  const shownIn = (text: string) => text.replaceAll(PLACE, (place, key: string) => valueFor(values, key) ?? place)
  const part = (type: string) => componentsOf(template).find((component) => component.type === type)
  const [header, body, footer] = [part('header')?.text, part('body')?.text ?? '', part('footer')?.text]
  const shown = {
    ...(header === undefined ? {} : { header: shownIn(header) }),
    body: shownIn(body),
    ...(footer === undefined ? {} : { footer: shownIn(footer) }),
    buttons: (part('buttons')?.buttons ?? []).map(shownIn),
  }
  if (missing.length > 0) return { missing, unsupported: [], shown }
  const content = filled(template, places, values)
  return { content, payload: { ...content }, missing, unsupported: [], shown }
}

function filled(
  { name, language }: ChannelTemplate,
  places: readonly string[],
  values: Readonly<Record<string, unknown>>,
): TemplateContent {
  const parameters = places.map((key) => ({ type: 'text', name: key, text: valueFor(values, key) ?? '' }))
  const components = parameters.length === 0 ? {} : { components: [{ type: 'body', parameters }] }
  return { kind: 'template', name, language, ...components }
}

/** Names of places, each once, in the order they are read. */
function placesOf(template: ChannelTemplate): readonly string[] {
  const words = componentsOf(template).flatMap(({ text = '', buttons = [] }) => [text, ...buttons])
  return [...new Set(words.flatMap((text) => [...text.matchAll(PLACE)].map((match) => match[1] ?? '')))]
}

function componentsOf({ components }: ChannelTemplate): readonly Component[] {
  return components as readonly Component[]
}

function valueFor(values: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = Object.hasOwn(values, key) ? values[key] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
