import { Observable } from 'rxjs'
import type { HttpServer } from '../http/options.ts'
import type { Authenticator } from '../plugin/authenticator.ts'
import type { EventHandler, EventStream, StreamDelivery } from '../plugin/handler.ts'
import type { Job } from '../plugin/job.ts'
import type { PersonalData } from '../plugin/personal-data.ts'
import type { Route } from '../plugin/route.ts'
import type { WebhookReceiver } from '../plugin/webhook.ts'
import type { PluginRecord } from './record.ts'
import type { Supervisor } from './supervise.ts'

/** Where contributions go, each as narrow as its use. */
export interface MountTargets {
  readonly http: Pick<HttpServer, 'mount'>
  readonly engine: {
    subscribe(pluginId: string, handler: EventHandler): void
    stream(pluginId: string, stream: EventStream): void
  }
  readonly jobs: { add(pluginId: string, jobs: readonly Job[]): void }
  readonly receivers: Map<string, WebhookReceiver>
  readonly personalData: Map<string, PersonalData>
}

/**
 * Makes a plugin's contributions known: every entry runs as the plugin's, so that whatever goes wrong in it has an owner,
 * and behind its circuit breaker. The gate stands in HTTP, in the engine and in the jobs. HTTP comes first: it is the one
 * that can refuse.
 */
export function mountContributions(record: PluginRecord, targets: MountTargets, supervisor: Supervisor): void {
  const { id, contributions = {}, plugin } = record
  targets.http.mount(
    (contributions.routes ?? []).map((route) => superviseRoute(id, route, supervisor)),
    {
      pluginId: id,
      live: (contributions.live ?? []).map((topic) => ({
        path: topic.path,
        access: topic.access,
        authorize: (params, actor) => supervisor.enter(id, () => topic.authorize(params, actor)),
      })),
      authenticators: (contributions.authenticators ?? []).map((one) => superviseAuthenticator(id, one, supervisor)),
      permissions: (plugin?.manifest.permissions ?? []).map((permission) => permission.key),
    },
  )
  for (const handler of contributions.handlers ?? [])
    targets.engine.subscribe(id, superviseHandler(id, handler, supervisor))
  for (const stream of contributions.streams ?? []) targets.engine.stream(id, superviseStream(id, stream, supervisor))
  targets.jobs.add(
    id,
    (contributions.jobs ?? []).map((job) => superviseJob(id, job, supervisor)),
  )
  if (contributions.webhook !== undefined) {
    targets.receivers.set(id, superviseReceiver(id, contributions.webhook, supervisor))
  }
  if (contributions.personalData !== undefined) {
    targets.personalData.set(id, supervisePersonalData(id, contributions.personalData, supervisor))
  }
}

function superviseRoute(id: string, route: Route, supervisor: Supervisor): Route {
  return {
    ...route,
    handle: async (request) => {
      supervisor.assertNotPaused(id)
      return supervisor.enter(id, () => route.handle(request))
    },
  }
}

function superviseAuthenticator(id: string, authenticator: Authenticator, supervisor: Supervisor): Authenticator {
  const { scheme, recognizes } = authenticator
  return {
    scheme,
    ...(recognizes === undefined
      ? {}
      : { recognizes: (token: string) => supervisor.enter(id, () => recognizes.call(authenticator, token)) }),
    authenticate: (token) => supervisor.enter(id, () => authenticator.authenticate(token)),
  }
}

function superviseHandler(id: string, handler: EventHandler, supervisor: Supervisor): EventHandler {
  return {
    ...handler,
    handle: (deliveries, uow) =>
      supervisor.guard(id, handler.id, uow.tenantId, () => handler.handle(deliveries, uow), {
        signal: deliveries[0]?.signal,
        isRetry: deliveries.every((delivery) => delivery.attempt > 1),
      }),
  }
}

/** What the plugin's operators do, and what they set off, runs as the plugin's. */
function superviseStream(id: string, stream: EventStream, supervisor: Supervisor): EventStream {
  return {
    ...stream,
    pipe: (source) => {
      const owned = new Observable<StreamDelivery>((subscriber) =>
        source.subscribe({
          next: (delivery) => supervisor.enter(id, () => subscriber.next(delivery)),
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      )
      return supervisor.enter(id, () => stream.pipe(owned))
    },
  }
}

function superviseJob(id: string, job: Job, supervisor: Supervisor): Job {
  return {
    ...job,
    run: (input, uow, signal) =>
      supervisor.guard(id, job.id, uow.tenantId, () => job.run(input, uow, signal), { signal }),
  }
}

function superviseReceiver(id: string, receiver: WebhookReceiver, supervisor: Supervisor): WebhookReceiver {
  const { handshake, admit, answer } = receiver
  return {
    secrets: receiver.secrets,
    ...(receiver.maxBytes === undefined ? {} : { maxBytes: receiver.maxBytes }),
    ...(receiver.acknowledge === undefined ? {} : { acknowledge: receiver.acknowledge }),
    ...(handshake === undefined
      ? {}
      : { handshake: (request, secrets) => supervisor.enter(id, () => handshake.call(receiver, request, secrets)) }),
    ...(admit === undefined ? {} : { admit: (call) => supervisor.enter(id, () => admit.call(receiver, call)) }),
    ...(answer === undefined
      ? {}
      : { answer: (parsed, taken) => supervisor.enter(id, () => answer.call(receiver, parsed, taken)) }),
    verify: (request, secrets) => supervisor.enter(id, () => receiver.verify(request, secrets)),
    parse: (request) => supervisor.enter(id, () => receiver.parse(request)),
  }
}

function supervisePersonalData(id: string, data: PersonalData, supervisor: Supervisor): PersonalData {
  const { find } = data
  return {
    ...(find === undefined ? {} : { find: (known, uow) => supervisor.enter(id, () => find.call(data, known, uow)) }),
    export: (known, uow) => supervisor.enter(id, () => data.export(known, uow)),
    erase: (known, uow) => supervisor.enter(id, () => data.erase(known, uow)),
  }
}
