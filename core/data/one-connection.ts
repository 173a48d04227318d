import pg from 'pg'

const connectMs = 5_000

/** One connection for one piece of set-up work, closed afterwards. Errors come as pg gives them. */
export async function withConnection<T>(
  url: string,
  applicationName: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectMs,
  })
  // A connection that breaks also rejects its query, which is how the caller hears of it; an event that nobody listens to would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
  }
}
