import type pg from 'pg'
import { DeadlineClient } from './deadline-client.ts'
import { databaseSettings } from './settings.ts'

export interface ConnectionLimits {
  /** Milliseconds of silence after a query; default: set-up work may take as long as it takes. */
  readonly queryTimeoutMs?: number
}

/** One connection for one piece of set-up work, closed afterwards. Errors come as pg gives them. */
export async function withConnection<T>(
  url: string,
  applicationName: string,
  work: (client: pg.Client) => Promise<T>,
  { queryTimeoutMs = 0 }: ConnectionLimits = {},
): Promise<T> {
  const { connectTimeoutMs, closeTimeoutMs } = databaseSettings()
  const client = new DeadlineClient({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    silenceTimeoutMillis: queryTimeoutMs,
    closeTimeoutMillis: closeTimeoutMs,
    preparedStatements: 0,
  }) as unknown as pg.Client
  // A connection that breaks also rejects its query, which is how the caller hears of it; an event that nobody listens to would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
  }
}
