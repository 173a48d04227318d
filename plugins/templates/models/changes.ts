import { type NewEvent, type TemplateChange, type TemplateChanged, templateChanged } from '@parley/core'
import type { Template } from './template.ts'

type Told = Pick<Template, 'id' | 'kind' | 'name' | 'language'> &
  Partial<Pick<Template, 'connection_id' | 'channel' | 'state' | 'reason'>>

/** What the rest of the house hears about a template. */
export function changeEvent(
  template: Told,
  change: TemplateChange,
  more: Pick<TemplateChanged, 'previousState'> = {},
): NewEvent<TemplateChanged> {
  const { id: templateId, kind, name, language, connection_id, channel, state, reason } = template
  const optional = { connectionId: connection_id, channel, state, reason, ...more }
  const present = Object.entries(optional).filter(([, value]) => value !== null && value !== undefined)
  const data = { templateId, kind, name, language, change, ...Object.fromEntries(present) } as TemplateChanged
  return { type: templateChanged, key: templateId, data }
}
