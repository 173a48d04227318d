import type { Server, ServerInjectOptions, ServerInjectResponse } from '@hapi/hapi'
import type { Authenticator } from '../plugin/authenticator.ts'
import type { LivePublisher, LiveTopic } from '../plugin/live.ts'
import type { Reply, Route, RouteRequest } from '../plugin/route.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { WebhookReply, WebhookRequest } from '../plugin/webhook.ts'
import type { IdempotencyStore } from './idempotency/store.ts'
import type { Limits } from './limits/limit-request.ts'
import type { TenantStatusOf } from './request/authentication.ts'

/**
 * Is the plugin started, and enabled for the tenant, and the route's flag on? For public routes `tenantId` is the empty
 * string: is it started?
 */
export type Gate = (pluginId: string, tenantId: string, flag?: string) => boolean | Promise<boolean>

/** One part of the process, as `/readyz` shows it. `detail` is public: a reason, never an address or an error's text. */
export interface PartState {
  readonly part: string
  readonly ok: boolean
  readonly detail?: string
}

/** A vendor's call at `/hooks/{adapter}/{endpointId}`. */
export interface HookRequest extends WebhookRequest {
  readonly adapter: string
  readonly endpointId: string
  readonly requestId: string
}

export interface HookReply extends WebhookReply {
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers a vendor's call: with the words the vendor expects, or with a problem. Throws UnavailableError when nothing could be stored. */
export type HookIntake = (request: HookRequest) => Promise<HookReply | Reply>

/** What the HTTP server needs from the rest of the kernel. */
export interface HttpServerOptions {
  readonly host: string
  /** 0 takes a free one; see `server.info.port` after `start()`. */
  readonly port: number
  /** `https://parley.example.com`: the outside address. Without it, the address that the caller used. */
  readonly publicUrl?: string
  /** Checked by the schema in settings.ts, defaults filled in. */
  readonly settings?: object
  readonly clock: Clock
  readonly log: Logger
  readonly gate: Gate
  /** Told before a visiting actor's call is carried out; without its word it is not. */
  readonly onVisit?: (route: Route, request: RouteRequest) => Promise<void>
  /** What became of a tenant. Default: all are active. */
  readonly tenantStatus?: TenantStatusOf
  /** Asked by `/readyz`; all parts that must run, the database among them. */
  readonly readiness: () => Promise<readonly PartState[]>
  readonly intake?: HookIntake
  /** Without one, `Idempotency-Key` is refused as not supported rather than ignored. */
  readonly idempotency?: IdempotencyStore
  /** How often may everybody call? Without it, as often as they like. */
  readonly limits?: Limits
  /** For tests: every answer is checked against the route's documented schema, and a wrong one is a 500. */
  readonly validateResponses?: boolean
  /** Title and version of the OpenAPI document. */
  readonly info?: { readonly title: string; readonly version: string }
}

/** Whose routes are mounted, and what else stands with them. */
export interface MountOptions {
  readonly pluginId: string
  readonly live?: readonly LiveTopic[]
  readonly authenticators?: readonly Authenticator[]
  /** Keys that the plugin's manifest declares; a route that asks for another is refused. Unchecked when absent. */
  readonly permissions?: readonly string[]
}

export interface HttpServer {
  readonly server: Server
  readonly live: LivePublisher
  /** All or nothing: throws `route.invalid` naming every fault, and then nothing is mounted. */
  mount(routes: readonly Route[], options: MountOptions): void
  start(): Promise<void>
  /** Not ready → lead time → sockets → running requests → closed. Safe to call twice. */
  stop(): Promise<void>
  /** False makes `/readyz` answer 503; true only counts while the server is not stopping. */
  setReady(ready: boolean): void
  inject(request: ServerInjectOptions | string): Promise<ServerInjectResponse>
  /** The OpenAPI 3.1 document of everything mounted by now. */
  openapi(): Record<string, unknown>
}
