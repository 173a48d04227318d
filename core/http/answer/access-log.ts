import type { Request } from '@hapi/hapi'
import type { Logger } from '../../plugin/services.ts'
import { contextOf } from '../request/context.ts'

/**
 * One line per answered request: who, which route, what came out, how long. The route's template stands for the path, so
 * that no id or token of a path, no query, no header and no body ever reaches the log.
 */
export function logAnswer(log: Logger, request: Request): void {
  const { requestId, correlationId, actor } = contextOf(request)
  const status = 'isBoom' in request.response ? request.response.output.statusCode : request.response.statusCode
  const fields = {
    requestId,
    ...(correlationId === requestId ? {} : { correlationId }),
    ...(actor === undefined ? {} : { tenantId: actor.tenantId, actor: `${actor.kind}:${actor.id}` }),
    route: request.route.settings.app?.routeId ?? 'none',
    method: request.method.toUpperCase(),
    status,
    ms: (request.info.completed || request.info.responded) - request.info.received,
  }
  if (status >= 500) log.warn(fields, 'request failed')
  else log.info(fields, 'request')
}
