import type { Contact } from '../models/contact.ts'
import type { Merge, Suggestion } from '../models/merge.ts'

export function viewOf(contact: Contact) {
  return {
    id: contact.id,
    name: contact.name,
    username: contact.username,
    attributes: contact.attributes,
    blocked: contact.blocked,
    identities: contact.identities ?? [],
    mergedInto: contact.merged_into,
    createdAt: contact.created_at.toISOString(),
    updatedAt: contact.updated_at.toISOString(),
  }
}

export function suggestionView(suggestion: Suggestion) {
  return {
    id: suggestion.id,
    contactIds: [suggestion.first_id, suggestion.second_id],
    reason: suggestion.reason,
    createdAt: suggestion.created_at.toISOString(),
  }
}

export function mergeView(merge: Merge) {
  return {
    id: merge.id,
    sourceId: merge.source_id,
    targetId: merge.target_id,
    mergedBy: merge.merged_by,
    mergedAt: merge.merged_at.toISOString(),
  }
}
