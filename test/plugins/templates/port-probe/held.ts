import type { MessageTemplates, TemplateChanged } from '@parley/core'

/** What the probe was handed when it was registered, and what it has heard since. */
export const portProbe: { port?: MessageTemplates; readonly heard: TemplateChanged[] } = { heard: [] }
