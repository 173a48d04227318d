import type { ObjectSchema } from 'joi'
import type { FlagContribution } from '../contracts/ports/feature-flags.ts'
import type { Authenticator } from './authenticator.ts'
import type { EventType } from './event.ts'
import type { EventHandler, EventStream } from './handler.ts'
import type { Job } from './job.ts'
import type { LiveTopic } from './live.ts'
import type { PersonalData } from './personal-data.ts'
import type { Dependencies, Port, Resolved } from './port.ts'
import type { Provider } from './provider.ts'
import type { Route } from './route.ts'
import type { WebhookReceiver } from './webhook.ts'

/** Roles that every tenant has. Tenants make others from single permissions. */
export type BuiltInRole = 'admin' | 'agent' | 'viewer'

export interface PermissionDefinition {
  /** `inbox.read` */
  readonly key: string
  readonly summary: string
  /** Who has it without anybody deciding. Default: `admin`. With none, only those who run the installation. */
  readonly roles?: readonly BuiltInRole[]
}

/**
 * A column of sealed text in a tenant's table with an `id`, sealed for `{ tenantId: tenant_id, purpose, id }`. After a rotation
 * of the keys the kernel seals it anew.
 */
export interface SealedColumn {
  /** `schema.table` */
  readonly table: string
  readonly column: string
  /** As the plugin's `sealer` was given it. */
  readonly purpose: string
}

/** What a plugin says about itself before any of its code runs for a tenant. Name, version and kernel range stand in its package.json. */
export interface Manifest<S = unknown, T = unknown> {
  /** `required` aborts the boot when it fails; default `optional`. */
  readonly boot?: 'required' | 'optional'
  readonly provides?: readonly Port<unknown>[]
  readonly publishes?: readonly EventType[]
  readonly permissions?: readonly PermissionDefinition[]
  readonly sealed?: readonly SealedColumn[]
  /** Flags that the plugin asks; admins may decide about them while it runs. */
  readonly flags?: readonly FlagContribution[]
  /** A boolean one of `flags`: the plugin is there only for tenants that it is on for. */
  readonly flag?: string
  readonly settings?: {
    /** From `config/` and the environment, at start. */
    readonly app?: ObjectSchema<S>
    /** Per tenant; the console draws its form. */
    readonly tenant?: ObjectSchema<T>
    /** Fields of `tenant` that each person may also set for themselves. */
    readonly personal?: readonly (keyof T & string)[]
  }
  /** Folder of the plugin's migrations, as a file URL: `new URL('./migrations/', import.meta.url)`. Plugins only. */
  readonly migrations?: URL
}

export interface Health {
  readonly ok: boolean
  readonly detail?: string
}

/** What `register` returns. Nothing is mounted until everything in it validates. */
export interface Contributions {
  readonly providers?: readonly (Omit<Provider, 'key'> & { key?: string })[]
  readonly routes?: readonly Route[]
  readonly handlers?: readonly EventHandler[]
  readonly streams?: readonly EventStream[]
  // biome-ignore lint/suspicious/noExplicitAny: a list of jobs with different inputs
  readonly jobs?: readonly Job<any>[]
  readonly webhook?: WebhookReceiver
  readonly authenticators?: readonly Authenticator[]
  readonly live?: readonly LiveTopic[]
  /** What it keeps about people; every plugin with tables that hold people's data has it. */
  readonly personalData?: PersonalData
  /** Deadline from the kernel's settings; the signal aborts when it passes. */
  start?(signal: AbortSignal): Promise<void>
  stop?(signal: AbortSignal): Promise<void>
  health?(signal: AbortSignal): Promise<Health>
}

export interface Plugin<D extends Dependencies = Dependencies, S = unknown, T = unknown> {
  readonly $$type: 'parley.plugin'
  readonly apiVersion: 1
  readonly manifest: Manifest<S, T>
  readonly deps: D
  register(deps: Resolved<D>, settings: S): Contributions | Promise<Contributions>
}

/** The default export of a plugin's entry file. A plugin returns data; the kernel makes it live. */
export function definePlugin<const D extends Dependencies, S = unknown, T = unknown>(
  plugin: Omit<Plugin<D, S, T>, '$$type' | 'apiVersion'>,
): Plugin<D, S, T> {
  return { $$type: 'parley.plugin', apiVersion: 1, ...plugin }
}
