import { PgBoss } from 'pg-boss'
import { withConnection } from '../data/one-connection.ts'
import { setUpLock } from '../data/prepare-roles.ts'
import { appRole } from '../data/roles.ts'

/** pg-boss keeps its tables here. */
export const jobSchema = 'pgboss'

/**
 * Makes or upgrades pg-boss' tables with the owner's login (pg-boss takes an advisory lock of its own), and lets the
 * application use them. Jobs hold ids and a tenant id, no personal data.
 */
export async function migrateJobs(adminUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: adminUrl,
    application_name: 'parley-migrate',
    schema: jobSchema,
    max: 1,
    supervise: false,
    schedule: false,
  })
  const errors: Error[] = []
  boss.on('error', (error) => errors.push(error))
  await boss.start()
  await boss.stop({ graceful: false, close: true })
  const [first] = errors
  if (first !== undefined) throw first
  await grantToApplication(adminUrl)
}

/** Postgres refuses the second of two grants on one object at once: under the lock they follow each other. */
async function grantToApplication(adminUrl: string): Promise<void> {
  await withConnection(adminUrl, 'parley-migrate', async (client) => {
    await client.query('select pg_advisory_lock($1)', [setUpLock])
    await client.query(`grant usage on schema ${jobSchema} to ${appRole}`)
    await client.query(`grant select, insert, update, delete on all tables in schema ${jobSchema} to ${appRole}`)
    await client.query(`grant usage on all sequences in schema ${jobSchema} to ${appRole}`)
    await client.query(`grant execute on all functions in schema ${jobSchema} to ${appRole}`)
  })
}
