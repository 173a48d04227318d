import { openPool } from '../../core/data/index.ts'
import { createTestDatabase } from '../../core/testing/test-database.ts'
import type { ChaosDatabase } from './database.ts'
import { type ChaosOptions, type ChaosReport, runChaosOn } from './run-chaos.ts'

/** On the tests' shared server, whose database is there in a moment and cannot be crashed. */
export async function quickRun(options: ChaosOptions): Promise<ChaosReport> {
  const database = await quickDatabase()
  return runChaosOn(database, options).finally(() => database.close())
}

export async function quickDatabase(): Promise<ChaosDatabase> {
  const db = await createTestDatabase()
  const admin = openPool({ url: db.adminUrl, max: 2, applicationName: 'parley-chaos-admin' })
  const close = async () => {
    await admin.destroy()
    await db.drop()
  }
  return { adminUrl: db.adminUrl, appUrl: db.appUrl, admin, crash: async () => undefined, close }
}
