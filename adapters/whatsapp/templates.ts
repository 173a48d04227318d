import type { ChannelTemplate, ChannelTemplates, Connection } from '@parley/core'
import type { GraphClient } from '../meta/graph-client.ts'
import { asList, asRecord, asText, type Json } from '../meta/json.ts'
import { refusalOf } from './send/outcome.ts'
import type { WhatsAppSettings } from './settings.ts'
import { fillTemplate } from './templates/fill.ts'
import { reasonOf, templateNews } from './templates/news.ts'
import { slotsOf } from './templates/slots.ts'
import { templateWrites } from './templates/write.ts'

type Page =
  | { readonly ok: true; readonly templates: readonly ChannelTemplate[]; readonly after: string | undefined }
  | { readonly ok: false; readonly failure: 'auth' | 'retryable'; readonly detail: string }

/**
 * `GET /{waba_id}/message_templates`, page by page by cursor. The `next` link of a page is not followed: it carries the token.
 * The connection's `settings.wabaId` says whose.
 */
export function whatsappTemplates(
  graph: GraphClient,
  settings: Pick<WhatsAppSettings, 'templatesPerPage' | 'maxTemplatePages'>,
): ChannelTemplates {
  return {
    async list({ connection, signal }) {
      const wabaId = asText(connection.settings.wabaId)
      if (wabaId === undefined)
        return { ok: false, failure: 'auth', detail: 'the connection has no settings.wabaId, which owns its templates' }
      const templates: ChannelTemplate[] = []
      let after: string | undefined
      for (let number = 0; number < settings.maxTemplatePages; number += 1) {
        const page = await readPage(graph, connection, { wabaId, after, limit: settings.templatesPerPage, signal })
        if (!page.ok) return page
        templates.push(...page.templates)
        if (page.after === undefined || page.after === after) break
        after = page.after
      }
      return { ok: true, templates }
    },
    parameters: ({ components }) =>
      slotsOf(components).slots.map(({ key, type, required, example }) => ({
        ...{ key, type, required },
        ...(example === undefined ? {} : { example }),
      })),
    fill: fillTemplate,
    news: templateNews,
    ...templateWrites(graph),
  }
}

async function readPage(
  graph: GraphClient,
  connection: Connection,
  query: { wabaId: string; after: string | undefined; limit: number; signal: AbortSignal },
): Promise<Page> {
  const token = connection.secrets.accessToken ?? ''
  const answer = await graph.request({
    method: 'GET',
    path: `/${encodeURIComponent(query.wabaId)}/message_templates`,
    query: {
      fields: 'id,name,language,status,category,components,quality_score,rejected_reason',
      limit: String(query.limit),
      ...(query.after === undefined ? {} : { after: query.after }),
    },
    token,
    signal: query.signal,
  })
  const refusal = refusalOf(answer, [token])
  if (refusal !== undefined) {
    const failure = refusal.failure === 'auth' || refusal.failure === 'content' ? 'auth' : 'retryable'
    return { ok: false, failure, detail: `${refusal.code}: ${refusal.detail}` }
  }
  const body = answer.outcome === 'answered' ? asRecord(answer.body) : undefined
  const paging = asRecord(body?.paging)
  const more = asText(paging?.next) !== undefined
  const templates = asList(body?.data)
    .map(asRecord)
    .map(templateOf)
    .filter((template) => template !== undefined)
  return { ok: true, templates, after: more ? asText(asRecord(paging?.cursors)?.after) : undefined }
}

function templateOf(fields: Json | undefined): ChannelTemplate | undefined {
  const name = asText(fields?.name)
  const language = asText(fields?.language)
  if (fields === undefined || name === undefined || language === undefined) return undefined
  const quality = asText(asRecord(fields.quality_score)?.score)
  const reason = reasonOf(fields)
  return {
    externalId: asText(fields.id) ?? `${name}/${language}`,
    name,
    language,
    category: (asText(fields.category) ?? 'unknown').toLowerCase(),
    status: (asText(fields.status) ?? 'unknown').toLowerCase(),
    components: asList(fields.components),
    ...(quality === undefined ? {} : { quality: quality.toLowerCase() }),
    ...(reason === undefined ? {} : { reason }),
  }
}
