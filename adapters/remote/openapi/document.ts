import { EVENT_SCHEMAS } from '../receive/event-types.ts'
import { PROTOCOL } from '../wire/protocol.ts'
import { eventSchemaOf } from './json-schema.ts'
import { eventPaths } from './parley-paths.ts'
import { remotePaths } from './remote-paths.ts'
import { components } from './shared.ts'

const DESCRIPTION = [
  'What a remote channel serves (`/manifest`, `/channel/…`), and what it calls at Parley (`/hooks/…`, `/api/…`).',
  'Every call carries `webhook-id`, `webhook-timestamp` and `webhook-signature` of Standard Webhooks, and so does every answer',
  'of a remote but a file. PROTOCOL.md is the page to read first.',
].join('\n')

/** The protocol as an OpenAPI 3.1 document, made from the schemas that check what is said. `openapi.json` is this, written out. */
export function remoteDocument(): Record<string, unknown> {
  const events = Object.entries(EVENT_SCHEMAS).map(
    ([type, schema]) => [eventName(type), eventSchemaOf(schema)] as const,
  )
  return {
    openapi: '3.1.0',
    info: {
      ...{ title: 'Parley remote channel', version: PROTOCOL, description: DESCRIPTION },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'https://remote.example/parley', description: 'The remote.' }],
    tags: [
      { name: 'remote', description: 'Parley calls the remote.' },
      { name: 'parley', description: 'The remote calls Parley.' },
    ],
    security: [{ standardWebhooks: [] }],
    paths: { ...remotePaths(), ...eventPaths(events.map(([name]) => name)) },
    components: components(Object.fromEntries(events)),
  }
}

/** `message.received` → `MessageReceived` */
function eventName(type: string): string {
  return type
    .split('.')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('')
}
