import { permits, runsThePlatform } from '../../access/permits.ts'
import type { Authenticator } from '../../plugin/authenticator.ts'
import { ParleyError } from '../../plugin/errors.ts'
import type { Access, Actor } from '../../plugin/route.ts'
import type { ProblemFacts } from '../answer/problem.ts'

/** A credential that was recognized, and where it came from; the token is kept to look it up again, never shown. */
export interface Recognized {
  readonly actor: Actor
  readonly scheme: string
  readonly token: string
}

/** What became of a tenant; `undefined` when there is none. */
export type TenantStatusOf = (tenantId: string) => Promise<'active' | 'suspended' | 'closed' | undefined>

/** Turns `Authorization: <scheme> <token>` into an actor, by the schemes that were registered. */
export class Authentication {
  readonly #byScheme = new Map<string, readonly Authenticator[]>()
  readonly #statusOf: TenantStatusOf

  constructor(statusOf: TenantStatusOf = async () => 'active') {
    this.#statusOf = statusOf
  }

  /** Throws `authenticator.invalid` when one of the schemes is taken and not shared, or is not lower case. */
  check(authenticators: readonly Authenticator[]): void {
    const known = [...this.#byScheme.values()].flat()
    for (const one of authenticators) {
      const others = known.filter(({ scheme }) => scheme === one.scheme)
      const shared = [one, ...others].every(({ recognizes }) => recognizes !== undefined)
      if (!/^[a-z][a-z0-9-]*$/.test(one.scheme) || (others.length > 0 && !shared)) {
        throw new ParleyError(
          'authenticator.invalid',
          `Expected an authentication scheme in lower case that nobody else registered, got "${one.scheme}".`,
        )
      }
      known.push(one)
    }
  }

  /** Throws as {@link check} does. */
  register(authenticator: Authenticator): void {
    this.check([authenticator])
    const { scheme } = authenticator
    this.#byScheme.set(scheme, [...(this.#byScheme.get(scheme) ?? []), authenticator])
  }

  schemes(): readonly string[] {
    return [...this.#byScheme.keys()]
  }

  /** `undefined` when the header is absent, malformed, of an unknown scheme, or its token is not known. */
  async recognize(header: string | string[] | undefined): Promise<Recognized | undefined> {
    if (typeof header !== 'string') return undefined
    const space = header.indexOf(' ')
    if (space <= 0) return undefined
    const scheme = header.slice(0, space).toLowerCase()
    const token = header.slice(space + 1).trim()
    if (token === '') return undefined
    const actor = await this.#ask(scheme, token)
    return actor === undefined ? undefined : { actor, scheme, token }
  }

  /**
   * True while the credential still names the same actor, who may still do all that they could. Whoever lost a permission
   * comes again, and is refused what it allowed.
   */
  async stillHolds({ scheme, token, actor }: Recognized): Promise<boolean> {
    const now = await this.#ask(scheme, token)
    if (now === undefined || now.id !== actor.id || now.tenantId !== actor.tenantId) return false
    return actor.permissions.every((permission) => permits(now, permission))
  }

  /** Why the actor may not, or `undefined` when it may. @throws UnavailableError */
  async refusal(access: Access, recognized: Recognized): Promise<ProblemFacts | undefined> {
    return forbidden(access, recognized) ?? (await this.#suspended(access, recognized))
  }

  /**
   * What a tenant owns is closed while it is suspended. What asks for a scheme instead of a permission stays open: people
   * still sign in and move to another tenant, and customers still write.
   */
  async #suspended(access: Access, { actor }: Recognized): Promise<ProblemFacts | undefined> {
    if (!('permission' in access) || runsThePlatform(access.permission)) return undefined
    const status = await this.#statusOf(actor.tenantId)
    if (status === undefined || status === 'active') return undefined
    return {
      status: 403,
      code: `tenant.${status}`,
      detail: `This tenant is ${status}. Those who run Parley can tell why.`,
    }
  }

  #ask(scheme: string, token: string): Promise<Actor | undefined> {
    const known = this.#byScheme.get(scheme)?.find((one) => one.recognizes?.(token) !== false)
    return known?.authenticate(token) ?? Promise.resolve(undefined)
  }

  /** 401, naming the schemes that would do (RFC 9110 §11.6.1). */
  challenge(access: Access, came: boolean): ProblemFacts {
    const schemes = 'scheme' in access ? [access.scheme] : this.schemes()
    return {
      status: 401,
      code: came ? 'auth.invalid' : 'auth.required',
      detail: came
        ? 'The credential in the Authorization header is not known, or is no longer valid.'
        : `This needs a credential: Authorization: ${schemes.map(titled).join(' or ')} …`,
      headers: { 'www-authenticate': schemes.map((scheme) => `${titled(scheme)} realm="parley"`).join(', ') },
    }
  }
}

/** Why its permissions do not allow it, or `undefined` when they do. */
export function forbidden(access: Access, recognized: Recognized): ProblemFacts | undefined {
  if (!('permission' in access)) return undefined
  if (permits(recognized.actor, access.permission)) return undefined
  return {
    status: 403,
    code: 'auth.forbidden',
    detail: `This needs the permission "${access.permission}".`,
    extra: { permission: access.permission },
  }
}

/** `bearer` → `Bearer`, as clients write it. */
const titled = (scheme: string) => `${scheme.charAt(0).toUpperCase()}${scheme.slice(1)}`
