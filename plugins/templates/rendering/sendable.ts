import { type Refusal, refuse } from '@parley/core'
import type { Template } from '../models/template.ts'

/**
 * A vendor's states in which it refuses the template for certain. Any other (`approved`, `flagged`, a word of next year) is
 * left to the vendor to judge.
 */
const REFUSED = new Set([
  'pending',
  'rejected',
  'in_appeal',
  'paused',
  'disabled',
  'limit_exceeded',
  'archived',
  'pending_deletion',
  'deleted',
])

/** Why this copy of a channel's template cannot be sent now. */
export function unsendable(
  template: Pick<Template, 'name' | 'language' | 'state' | 'reason' | 'vanished_at' | 'archived_at'>,
): Refusal<'template-not-sendable'> | undefined {
  const { name, language, state, reason, vanished_at, archived_at } = template
  const which = `The template ${name} (${language})`
  if (archived_at !== null) return refuse('template-not-sendable', `${which} is archived.`)
  if (vanished_at !== null) return refuse('template-not-sendable', `${which} is no longer on the vendor's list.`)
  if (state === null || !REFUSED.has(state)) return undefined
  const why = reason === null ? '' : `: ${reason.replace(/[.\s]+$/, '')}`
  return refuse('template-not-sendable', `${which} is ${state.replaceAll('_', ' ')}${why}.`, state !== 'rejected')
}
