import {
  type ChannelTemplateName,
  type ChannelTemplates,
  type MessageTemplates,
  type RenderResult,
  refuse,
  type Selector,
  type TemplateUse,
  type TemplateUsed,
  type TemplateVariables,
  templateUsed,
  type UnitOfWork,
} from '@parley/core'
import { Template } from '../models/template.ts'
import { fillCopy, shownText } from '../rendering/channel.ts'
import { type Renderer, writtenOf } from '../rendering/renderer.ts'
import { unsendable } from '../rendering/sendable.ts'
import type { TemplateReader } from './template-reader.ts'

export interface PortParts {
  readonly reader: TemplateReader
  readonly renderer: Renderer
  readonly vendors: Selector<ChannelTemplates>
}

/** The `message-templates` port. */
export function createMessageTemplates(parts: PortParts): MessageTemplates {
  return {
    async render(tenantId, ref, variables) {
      const template = await parts.reader.find(tenantId, ref)
      if (template === undefined) return refuse('template-not-found', `There is no template ${JSON.stringify(ref)}.`)
      if (template.archived_at !== null)
        return refuse('template-archived', `The template ${template.name} is archived.`)
      return template.kind === 'channel'
        ? renderCopy(parts, template, variables)
        : renderOwn(parts, template, variables)
    },
    used: tellUses,
    unsendable: unsendableNames,
  }
}

function renderOwn({ renderer }: PortParts, template: Template, variables: TemplateVariables): RenderResult {
  const rendered = renderer.render(writtenOf(template), `${template.id}/${template.version}`, variables)
  if (rendered.ok) return { ok: true, templateId: template.id, message: rendered.message }
  return refused(rendered.missing, rendered.detail)
}

function renderCopy({ vendors }: PortParts, copy: Template, variables: TemplateVariables): RenderResult {
  const refusal = unsendable(copy)
  if (refusal !== undefined) return refusal
  const filled = fillCopy(vendors, copy, variables)
  if (filled === undefined) return refused([], `The channel "${copy.channel}" does not fill templates here.`)
  const { content, missing, unsupported } = filled
  if (content === undefined) return refused(missing, `These parts cannot be filled: ${unsupported.join(', ')}.`)
  const connectionId = copy.connection_id ?? ''
  return { ok: true, templateId: copy.id, message: { kind: 'channel', connectionId, content, text: shownText(filled) } }
}

function refused(missing: readonly string[], detail: string): RenderResult {
  if (missing.length === 0) return refuse('template-not-rendered', detail)
  return { ...refuse('missing-variables', `These variables are missing: ${missing.join(', ')}.`), missing }
}

/** One event for each template, however many messages. */
function tellUses(uow: UnitOfWork, uses: readonly TemplateUse[]): void {
  const counts = new Map<string, number>()
  for (const { count = 1, ...template } of uses) {
    const key = JSON.stringify(template)
    counts.set(key, (counts.get(key) ?? 0) + count)
  }
  for (const [key, count] of counts) {
    const template = JSON.parse(key) as Omit<TemplateUsed, 'count'>
    uow.publish({
      type: templateUsed,
      key: template.templateId ?? template.connectionId ?? '',
      data: { ...template, count },
    })
  }
}

async function unsendableNames(uow: UnitOfWork, names: readonly ChannelTemplateName[]) {
  if (names.length === 0) return []
  const connections = [...new Set(names.map((one) => one.connectionId))]
  const copies = await Template.in(uow)
    .where({ kind: 'channel' })
    .whereIn('connection_id', connections)
    .whereIn('name', [...new Set(names.map((one) => one.name))])
  return names.map(({ connectionId, name, language }) => {
    const copy = copies.find(
      (one) => one.connection_id === connectionId && one.name === name && one.language === language,
    )
    return copy === undefined ? undefined : unsendable(copy)
  })
}
