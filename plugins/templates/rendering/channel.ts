import type {
  ChannelTemplate,
  ChannelTemplates,
  FilledChannelTemplate,
  Selector,
  TemplateVariables,
} from '@parley/core'
import type { Template } from '../models/template.ts'

/** A copy as its vendor knows it. */
export function asChannelTemplate(copy: Template): ChannelTemplate {
  return {
    externalId: copy.external_id ?? '',
    name: copy.name,
    language: copy.language,
    category: copy.category ?? '',
    status: copy.state ?? '',
    components: copy.components ?? [],
  }
}

/** `undefined` when the channel does not run here, or cannot fill templates by key. */
export function fillCopy(
  vendors: Selector<ChannelTemplates>,
  copy: Template,
  values: TemplateVariables,
): FilledChannelTemplate | undefined {
  return vendors.byKey(copy.channel ?? '')?.fill?.(asChannelTemplate(copy), values)
}

/** Header, body and footer as a reader sees them. */
export function shownText({ shown }: FilledChannelTemplate): string {
  return [shown.header, shown.body, shown.footer].filter((line) => line !== undefined && line !== '').join('\n\n')
}
