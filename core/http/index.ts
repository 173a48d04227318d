/** The HTTP server for the kernel; plugins see `core/plugin/route.ts` and the cursor helpers only. */
export { PostgresIdempotencyStore } from './idempotency/postgres-store.ts'
export type { IdempotencyStore } from './idempotency/store.ts'
export { CLIENT_PATH } from './live/client-script.ts'
export type {
  Gate,
  HookIntake,
  HookReply,
  HookRequest,
  HttpServer,
  HttpServerOptions,
  MountOptions,
  PartState,
} from './options.ts'
export { createHttpServer } from './server.ts'
export { type HttpSettings, httpSettings } from './settings.ts'
