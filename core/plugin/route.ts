import type { Readable } from 'node:stream'
import type { Schema } from 'joi'
import type { Logger } from './services.ts'

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who is calling. */
export interface Actor {
  readonly kind: 'api-key' | 'user' | 'visitor' | 'system'
  readonly id: string
  readonly tenantId: string
  /** Permission keys, or `*`. */
  readonly permissions: readonly string[]
  /** What else the authenticator vouches for: a visitor's connection, an agent's name. */
  readonly claims?: Readonly<Record<string, string>>
  /** One of those who run the installation, in somebody else's tenant: every call goes into the data-access log. */
  readonly visiting?: boolean
}

export interface RouteRequest<P = unknown, Q = unknown, B = unknown> {
  /** The caller's tenant; for public routes the empty string. */
  readonly tenantId: string
  readonly actor: Actor | undefined
  readonly params: P
  readonly query: Q
  readonly payload: B
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** `scheme://host` the caller used, or the configured public URL. */
  readonly origin: string
  /** The caller's network address, for rate limits. */
  readonly remoteAddress?: string
  readonly requestId: string
  readonly correlationId: string
  readonly log: Logger
}

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A file, a script, a page: sent as it is with its own content type. */
export interface RawBody {
  readonly $$type: 'parley.raw-body'
  readonly content: Buffer | string | Readable
  readonly contentType: string
}

/** A file of a multipart body, whole in memory. Name and type are the sender's claims. */
export interface UploadedFile {
  /** The form field it came in. */
  readonly field: string
  readonly fileName: string
  readonly contentType: string
  readonly content: Buffer
}

/** Who may call: a permission (from the plugin's manifest), a scheme of its own, or everybody, with the reason written down. */
export type Access = { readonly permission: string } | { readonly scheme: string } | { readonly public: string }

/** The only way to define an HTTP route. The OpenAPI document is made from it. */
export interface Route<P = unknown, Q = unknown, B = unknown> {
  readonly method: HttpMethod
  /** `/api/conversations/{id}` */
  readonly path: string
  /** Becomes `operationId`; unique, camelCase. */
  readonly id: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly access: Access
  readonly params?: Schema<P>
  readonly query?: Schema<Q>
  readonly payload?: Schema<B>
  /**
   * Limit and content types of the request body. Default 1 MiB of JSON. `multipart` gives `{ files, …fields }` in memory,
   * `files` being {@link UploadedFile}s; the payload schema sees the fields (texts) and the files.
   */
  readonly body?: {
    readonly maxBytes?: number
    readonly multipart?: boolean
    readonly maxFiles?: number
    /** The body is `application/x-www-form-urlencoded` instead: what a browser's form, or a vendor's redirect, sends. */
    readonly form?: boolean
    /** The bytes as they came, of any content type: the payload is a Buffer, and its schema `Joi.binary()`. */
    readonly raw?: boolean
  }
  /** Answers by status; the error answers shared by all routes are added. */
  readonly responses: Readonly<
    Record<number, { readonly description: string; readonly schema?: Schema; readonly contentType?: string }>
  >
  /** True for writes that honour `Idempotency-Key`. Default: true for POST, with permission or scheme. */
  readonly idempotent?: boolean
  /** `auth`: somebody may be guessing a secret here, so attempts are few. `none`: never refused (health; the kernel's alone). */
  readonly limit?: 'auth' | 'none'
  /** A boolean flag of the plugin's manifest: for tenants that it is off for the route does not exist. */
  readonly flag?: string
  /**
   * It reads cookies; without this no handler is shown any. A call that changes something and brings one must then come from a
   * page of our own address (`Origin`, `Sec-Fetch-Site`), or is 403 `csrf.refused`.
   */
  readonly cookies?: true
  /** `any`: callable from pages of every origin, without cookies (web chat). Default: from the configured origins. */
  readonly cors?: 'any'
  /** `any`: other sites may show the answer in a frame (a web-chat page). Default: nobody may. */
  readonly frames?: 'self' | 'any'
  /** Content-Security-Policy of the answer, without `frame-ancestors`. Default: nothing may load. */
  readonly csp?: string
  handle(request: RouteRequest<P, Q, B>): Promise<Reply>
}

/** Keeps params, query and payload typed inside `handle`, and lets routes of all shapes stand in one list. */
export function defineRoute<P, Q, B>(route: Route<P, Q, B>): Route {
  return route as Route
}

export const ok = (body: unknown, headers?: Record<string, string>): Reply => reply(200, body, headers)
export const created = (body: unknown, headers?: Record<string, string>): Reply => reply(201, body, headers)
export const accepted = (body: unknown): Reply => reply(202, body)
export const noContent = (): Reply => ({ status: 204 })

/** An RFC 9457 problem document: `code` is stable, `detail` is for people and names the field when there is one. */
export function problem(status: number, code: string, detail: string, extra: Record<string, unknown> = {}): Reply {
  return { status, body: { $$type: 'parley.problem', code, detail, ...extra } }
}

export function raw(content: RawBody['content'], contentType: string, headers?: Record<string, string>): Reply {
  return reply(200, { $$type: 'parley.raw-body', content, contentType } satisfies RawBody, headers)
}

function reply(status: number, body: unknown, headers?: Record<string, string>): Reply {
  return headers === undefined ? { status, body } : { status, body, headers }
}
