import { v7 as uuidv7 } from 'uuid'
import { TransactionRunner } from '../../../core/data/index.ts'
import type { EventAppender } from '../../../core/events/appender.ts'
import { Enablement } from '../../../core/tenancy/enablement.ts'
import { TenantPlugins } from '../../../core/tenancy/tenant-plugins.ts'
import { Tenants } from '../../../core/tenancy/tenants.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase } from '../../../core/testing/test-database.ts'

/** Nothing in these suites publishes. */
const noEvents: EventAppender = {
  prepare() {
    throw new Error('nobody publishes here')
  },
  append: async () => {},
  committed() {},
}

/** The tenancy room over a database of its own, with two tenants in it. */
export async function tenancyRooms() {
  const { knex, drop } = await createTestDatabase()
  const clock = new TestClock()
  const database = new TransactionRunner({ knex, events: noEvents })
  const tenants = new Tenants({ knex, clock })
  const process = () => {
    const decisions = new TenantPlugins({ knex, clock, cacheMs: 1000 })
    return { decisions, enablement: new Enablement({ database, tenants: decisions, clock }) }
  }
  const create = async (slug: string) => {
    const made = await tenants.create({ slug, name: slug })
    if (!made.ok) throw new Error(made.detail)
    return made.tenant.id
  }
  return {
    ...{ knex, drop, clock, database, tenants, process, create, unknown: uuidv7() },
    ...process(),
    here: await create('here'),
    there: await create('there'),
  }
}

export type TenancyRooms = Awaited<ReturnType<typeof tenancyRooms>>
