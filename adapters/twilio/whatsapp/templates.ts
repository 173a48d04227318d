import type {
  ChannelTemplate,
  ChannelTemplateParameter,
  ChannelTemplates,
  Connection,
  FilledChannelTemplate,
} from '@parley/core'
import { asList, asRecord, asText, type Json, present } from '../json.ts'
import { refusalOf } from '../send/outcome.ts'
import { CONTENT_COMPONENT } from '../send/template.ts'
import type { TwilioSettings } from '../settings.ts'
import type { TwilioApi } from '../wire/twilio-api.ts'

type Page =
  | { readonly ok: true; readonly templates: readonly ChannelTemplate[]; readonly next: string | undefined }
  | { readonly ok: false; readonly failure: 'auth' | 'retryable'; readonly detail: string }

const PLACEHOLDER = /\{\{\s*([\w.]+)\s*\}\}/g

/**
 * Content templates with WhatsApp's decision: `GET https://content.twilio.com/v1/ContentAndApprovals`. They are written in
 * Twilio's console; here they are listed, filled and sent by their SID.
 */
export function twilioTemplates(
  api: TwilioApi,
  { templatesPerPage, maxTemplatePages }: Pick<TwilioSettings, 'templatesPerPage' | 'maxTemplatePages'>,
): ChannelTemplates {
  return {
    async list({ connection, signal }) {
      const templates: ChannelTemplate[] = []
      let pageToken: string | undefined
      for (let number = 0; number < maxTemplatePages; number += 1) {
        const page = await readPage(api, connection, { pageSize: templatesPerPage, pageToken, signal })
        if (!page.ok) return page
        templates.push(...page.templates)
        if (page.next === undefined || page.next === pageToken) break
        pageToken = page.next
      }
      return { ok: true, templates }
    },
    parameters: parametersOf,
    fill: fillTemplate,
  }
}

async function readPage(
  api: TwilioApi,
  connection: Connection,
  query: { pageSize: number; pageToken: string | undefined; signal: AbortSignal },
): Promise<Page> {
  const { pageSize, pageToken, signal } = query
  const asked = new URLSearchParams({ PageSize: String(pageSize), ...present({ PageToken: pageToken }) })
  const answer = await api.read(connection, signal, `https://content.twilio.com/v1/ContentAndApprovals?${asked}`)
  const refusal = refusalOf(answer, Object.values(connection.secrets))
  if (refusal !== undefined) {
    const failure = refusal.failure === 'auth' || refusal.failure === 'content' ? 'auth' : 'retryable'
    return { ok: false, failure, detail: `${refusal.code}: ${refusal.detail}` }
  }
  const body = answer?.outcome === 'answered' ? asRecord(answer.body) : undefined
  const next = URL.parse(asText(asRecord(body?.meta)?.next_page_url) ?? '')?.searchParams.get('PageToken')
  const templates = asList(body?.contents)
    .map(asRecord)
    .map(templateOf)
    .filter((template) => template !== undefined)
  return { ok: true, templates, next: next ?? undefined }
}

/** `{ sid, friendly_name, language, variables, types: { 'twilio/text': { body } }, approval_requests: { status, … } }` */
function templateOf(fields: Json | undefined): ChannelTemplate | undefined {
  const [sid, language] = [asText(fields?.sid), asText(fields?.language)]
  if (fields === undefined || sid === undefined || language === undefined) return undefined
  const approval = asRecord(fields.approval_requests)
  const reason = asText(approval?.rejection_reason)
  return {
    externalId: sid,
    name: asText(approval?.name) ?? asText(fields.friendly_name) ?? sid,
    language,
    category: (asText(approval?.category) ?? 'unknown').toLowerCase(),
    // Not handed in for WhatsApp: free to use within the window only.
    status: (asText(approval?.status) ?? 'unsubmitted').toLowerCase(),
    components: [
      { type: CONTENT_COMPONENT, contentSid: sid, variables: asRecord(fields.variables) ?? {}, ...shape(fields) },
    ],
    ...(reason === undefined ? {} : { reason }),
  }
}

/** The richest of the shapes that the content has, which is what WhatsApp shows. */
function shape(fields: Json): { shape?: string; body?: string; actions?: readonly unknown[] } {
  const shapes = Object.entries(asRecord(fields.types) ?? {})
  const [name, value] = shapes.find(([type]) => type !== 'twilio/text') ?? shapes[0] ?? []
  const first = asRecord(value)
  const words = shapes.map(([, one]) => asText(asRecord(one)?.body) ?? asText(asRecord(one)?.title))
  return {
    ...present({ shape: name, body: words.find((body) => body !== undefined) }),
    ...(first?.actions === undefined ? {} : { actions: asList(first.actions) }),
  }
}

function contentOf({ components }: ChannelTemplate): Json {
  return asRecord(components.map(asRecord).find((one) => one?.type === CONTENT_COMPONENT)) ?? {}
}

/** `body.1`, … : Twilio gives each place of the text a name, and keeps an example of it. */
function parametersOf(template: ChannelTemplate): readonly ChannelTemplateParameter[] {
  const { body, variables } = contentOf(template)
  const examples = asRecord(variables) ?? {}
  const names = new Set([
    ...[...(asText(body) ?? '').matchAll(PLACEHOLDER)].map(([, name = '']) => name),
    ...Object.keys(examples),
  ])
  return [...names].map((name) => ({
    ...{ key: `body.${name}`, type: 'text', required: true },
    ...present({ example: asText(examples[name]) }),
  }))
}

function fillTemplate(template: ChannelTemplate, values: Readonly<Record<string, unknown>>): FilledChannelTemplate {
  const { body, actions, contentSid } = contentOf(template)
  const parameters = parametersOf(template).map(({ key }) => ({ key, text: asText(values[key]) }))
  const missing = parameters.filter(({ text }) => text === undefined).map(({ key }) => key)
  const shown = {
    body: (asText(body) ?? '').replace(
      PLACEHOLDER,
      (placeholder, name) => asText(values[`body.${name}`]) ?? placeholder,
    ),
    buttons: asList(actions).flatMap((action) => asText(asRecord(action)?.title) ?? []),
  }
  if (missing.length > 0) return { missing, unsupported: [], shown }
  const filled = parameters.map(({ key, text = '' }) => ({
    ...{ type: 'text', parameter_name: key.slice('body.'.length), text },
  }))
  const { name, language } = template
  const content = {
    kind: 'template',
    name,
    language,
    components: [{ type: CONTENT_COMPONENT, contentSid, parameters: filled }],
  } as const
  const payload = {
    ContentSid: contentSid,
    ContentVariables: Object.fromEntries(filled.map(({ parameter_name: key, text }) => [key, text])),
  }
  return { content, payload, missing, unsupported: [], shown }
}
