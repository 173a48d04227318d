import type { Template } from '../models/template.ts'

/** What every kind of template shows. */
export function commonView(template: Template) {
  return {
    id: template.id,
    name: template.name,
    language: template.language,
    category: template.category,
    archived: template.archived_at !== null,
    usage: usageOf(template),
    version: template.version,
    createdBy: template.created_by,
    updatedBy: template.updated_by,
    createdAt: template.created_at.toISOString(),
    updatedAt: template.updated_at.toISOString(),
  }
}

export function usageOf(template: Template) {
  return { count: Number(template.used_count), lastUsedAt: template.last_used_at?.toISOString() ?? null }
}

export function copyView(template: Template) {
  return {
    ...commonView(template),
    connectionId: template.connection_id,
    channel: template.channel,
    externalId: template.external_id,
    state: template.state,
    reason: template.reason,
    quality: template.quality,
    vanishedAt: template.vanished_at?.toISOString() ?? null,
    components: template.components,
  }
}
