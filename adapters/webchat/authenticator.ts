import type { Actor, Authenticator, Connections } from '@parley/core'
import type { Sessions } from './sessions.ts'
import { actorOf } from './visitor.ts'

/** `Authorization: visitor <session token>`. A session ends with its connection. */
export function visitorAuthenticator(deps: { sessions: Sessions; connections: Connections }): Authenticator {
  return {
    scheme: 'visitor',
    async authenticate(token): Promise<Actor | undefined> {
      const visitor = deps.sessions.verify(token)
      if (visitor === undefined) return undefined
      const connection = await deps.connections.get(visitor.tenantId, visitor.connectionId)
      return connection === undefined ? undefined : actorOf(visitor)
    },
  }
}
