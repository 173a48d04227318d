import type { GroupLag } from '../../events/index.ts'
import type { PluginView } from '../../kernel/plugin-admin.ts'
import { definePort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'
import type { AuditActor } from './audit.ts'

export type { GroupLag, PluginView }

/** A plugin's settings for all tenants that did not choose otherwise. */
export interface PlatformSettings {
  readonly settings: Readonly<Record<string, unknown>>
  readonly effective: Readonly<Record<string, unknown>>
  /** JSON Schema, for a form. */
  readonly schema: Readonly<Record<string, unknown>>
  readonly updatedBy: string | null
  readonly updatedAt: Date | null
}

export type PlatformRefusal = 'plugin-not-found' | 'no-settings' | 'invalid'

/** The installation as those who run it see it: across tenants. Hand its answers to nobody else. */
export interface Platform {
  readonly version: string
  /** As the tenant's admin sees them; for an empty id, as they are for nobody in particular. */
  plugins(tenantId: string): Promise<readonly PluginView[]>
  setPluginEnabled(
    tenantId: string,
    pluginId: string,
    enabled: boolean | null,
    by: AuditActor,
  ): Promise<Result<{ readonly plugin: PluginView }, PlatformRefusal>>
  settings(pluginId: string): Promise<Result<{ readonly layer: PlatformSettings }, PlatformRefusal>>
  updateSettings(
    pluginId: string,
    patch: Readonly<Record<string, unknown>>,
    by: AuditActor,
  ): Promise<Result<{ readonly layer: PlatformSettings }, PlatformRefusal>>
  /** How far handlers are behind. */
  lag(): Promise<readonly GroupLag[]>
}

export const platform = definePort<Platform>('platform')
