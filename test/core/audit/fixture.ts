import type { Knex } from 'knex'
import knexOf from 'knex'
import { AuditLog, AuditReader, AuditVerifier } from '../../../core/audit/index.ts'
import type { AuditEntry } from '../../../core/contracts/ports/audit.ts'
import { TransactionRunner } from '../../../core/data/transaction-runner.ts'
import { Tenants } from '../../../core/tenancy/tenants.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase } from '../../../core/testing/test-database.ts'
import { noEvents } from '../data/no-events.ts'

/** The audit log over a database of its own, with the owner's pool to tamper by. */
export async function auditFixture() {
  const { knex, adminUrl, appUrl, drop } = await createTestDatabase()
  const clock = new TestClock()
  const database = new TransactionRunner({ knex, events: noEvents })
  const tenants = new Tenants({ knex, clock })
  const log = new AuditLog({ clock })
  const owner: Knex = knexOf({ client: 'pg', connection: adminUrl, pool: { min: 0, max: 1 } })
  let made = 0
  return {
    ...{ knex, adminUrl, appUrl, clock, database, log, owner },
    reader: new AuditReader({ database }),
    verifier: new AuditVerifier({ knex }),
    async tenant(): Promise<string> {
      made += 1
      const result = await tenants.create({ slug: `tenant-${made}`, name: `Tenant ${made}` })
      if (!result.ok) throw new Error(result.detail)
      return result.tenant.id
    },
    record: (tenantId: string, entry: Partial<AuditEntry> = {}) =>
      database.transaction(tenantId, (uow) => log.record(uow, { ...ENTRY, ...entry })),
    async drop() {
      await owner.destroy()
      await drop()
    },
  }
}

export type AuditFixture = Awaited<ReturnType<typeof auditFixture>>

const ENTRY: AuditEntry = {
  action: 'flag.changed',
  target: { kind: 'flag', id: 'new-inbox' },
  actor: { kind: 'user', id: 'u1', ip: '203.0.113.7' },
  before: { on: false },
  after: { on: true },
}
