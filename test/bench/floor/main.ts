import { createHmac, timingSafeEqual } from 'node:crypto'
import Hapi from '@hapi/hapi'
import pg from 'pg'
import { Pool as HttpPool } from 'undici'
import { Ingest } from './ingest.ts'
import { SCHEMA } from './schema.ts'
import { Worker } from './worker.ts'

/**
 * The floor: the least program that does the same work by hand on the same Postgres, one tenant, one channel, no plugins,
 * no isolation, no ledger. It verifies, stores before it acknowledges, keeps person, conversation and messages, answers
 * through the vendor and marks the answer sent. A crash between store and send leaves an answer unsent, which Parley's does not.
 */
const {
  DATABASE_URL: connectionString,
  APP_SECRET: secret = '',
  GRAPH_BASE_URL: graphBaseUrl = '',
  ANSWER = 'true',
} = process.env

interface Payload {
  readonly entry: readonly {
    readonly changes: readonly {
      readonly value: {
        readonly contacts?: readonly { readonly profile: { readonly name: string } }[]
        readonly messages?: readonly {
          readonly id: string
          readonly from: string
          readonly timestamp: string
          readonly text?: { readonly body: string }
        }[]
      }
    }[]
  }[]
}

const pool = new pg.Pool({ connectionString, max: 10 })
await pool.query(SCHEMA)
const worker = new Worker(pool, new HttpPool(graphBaseUrl, { connections: 64 }), '/v25.0/106540352242922/messages')
const ingest = new Ingest(pool, () => {
  if (ANSWER === 'true') worker.wake()
})

function signed(body: Buffer, header: string | undefined): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const given = Buffer.from(header ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const server = Hapi.server({ host: '127.0.0.1', port: 0 })
server.route({
  method: 'POST',
  path: '/hooks/whatsapp/floor',
  options: { payload: { parse: false, output: 'data', maxBytes: 1_048_576 } },
  handler: async (request, h) => {
    const body = request.payload as Buffer
    if (!signed(body, request.headers['x-hub-signature-256'] as string | undefined)) return h.response().code(401)
    const { entry } = JSON.parse(body.toString()) as Payload
    const stored: Promise<void>[] = []
    for (const { changes } of entry) {
      for (const { value } of changes) {
        for (const message of value.messages ?? []) {
          const name = value.contacts?.[0]?.profile.name ?? ''
          stored.push(
            ingest.store({
              id: message.id,
              phone: message.from,
              name,
              body: message.text?.body ?? '',
              at: Number(message.timestamp),
              raw: body,
            }),
          )
        }
      }
    }
    await Promise.all(stored)
    return h.response().code(200)
  },
})
await server.start()
process.send?.({ url: `${server.info.uri}/hooks/whatsapp/floor` })
process.on('disconnect', () => process.exit(0))
