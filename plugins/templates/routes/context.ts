import type { Actor, Audit, ChannelTemplates, Clock, Connections, Database, Selector } from '@parley/core'
import { problem } from '@parley/core'
import type { TemplateReader } from '../port/template-reader.ts'
import type { Renderer } from '../rendering/renderer.ts'
import type { TemplatesSettings } from '../settings.ts'

/** What the routes work with. */
export interface RouteContext {
  readonly audit: Audit
  readonly clock: Clock
  readonly connections: Connections
  readonly database: Database
  readonly reader: TemplateReader
  readonly renderer: Renderer
  readonly settings: TemplatesSettings
  readonly vendors: Selector<ChannelTemplates>
}

export const actorId = (actor: Actor | undefined): string => actor?.id ?? 'system'

export const notFound = (id: string) => problem(404, 'template.not-found', `There is no such template: ${id}.`)
