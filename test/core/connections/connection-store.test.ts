import { inspect } from 'node:util'
import { expect } from 'chai'
import createKnex from 'knex'
import type { NewConnection } from '../../../core/contracts/ports/connections.ts'
import { auditTenantTables } from '../../../core/data/audit-tenant-tables.ts'
import { ParleyError } from '../../../core/plugin/errors.ts'
import { redact } from '../../../core/secrets/redaction.ts'
import { createLogger } from '../../../core/telemetry/logger.ts'
import { connectionFixture, type Fixture } from './fixture.ts'

const number = (externalId: string, more: Partial<NewConnection> = {}): NewConnection => ({
  provider: 'whatsapp',
  externalId,
  name: `Number ${externalId}`,
  secrets: { accessToken: 'EAAG-hush', pin: 'hush-2' },
  settings: { businessAccountId: 'w1' },
  ...more,
})

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof ParleyError ? error.code : String(error)),
  )
}

describe('the connection store', () => {
  let fixture: Fixture
  let a: string
  let b: string

  before(async () => {
    fixture = await connectionFixture()
    a = await fixture.tenant()
    b = await fixture.tenant()
  })

  after(() => fixture.drop())

  const create = (tenantId: string, connection: NewConnection) =>
    fixture.as(tenantId, (uow) => fixture.store.create(uow, connection))

  it('hands back what was stored, secrets opened', async () => {
    const made = await create(a, number('100'))
    const read = await fixture.otherStore().get(a, made.id)
    expect({ ...read, secrets: read?.secrets }).to.deep.equal({ ...made, secrets: made.secrets })
    expect(read?.secrets.accessToken).to.equal('EAAG-hush')
    expect(read?.settings).to.deep.equal({ businessAccountId: 'w1' })
    expect(read?.health).to.equal('ok')
  })

  it('keeps secrets sealed in the table and bound to their row', async () => {
    const one = await create(a, number('101'))
    const two = await create(a, number('102'))
    const rows = await fixture.as(a, ({ trx }) =>
      trx('parley.connection').whereIn('id', [one.id, two.id]).orderBy('id'),
    )
    expect(JSON.stringify(rows)).to.not.include('hush')
    await fixture.as(a, ({ trx }) =>
      trx('parley.connection').where({ id: two.id }).update({ secrets: rows[0].secrets }),
    )
    expect(await codeOf(fixture.otherStore().get(a, two.id))).to.equal('secrets.tampered')
  })

  it('shows secrets to no serializer, logger or error', async () => {
    const made = await create(a, number('103'))
    const read = await fixture.otherStore().get(a, made.id)
    const failed = await fixture
      .as(a, (uow) => fixture.store.update(uow, made.id, { aliases: ['x'] }))
      .then(
        () => create(b, number('103', { secrets: { accessToken: 'EAAG-hush' }, endpointId: made.id })),
        (error: unknown) => error,
      )
      .catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(ParleyError)
    for (const seen of [made, read, failed, { connection: read }, [read]]) {
      expect(JSON.stringify(seen)).to.not.include('hush')
      expect(inspect(seen, { depth: 12, showHidden: true })).to.not.include('hush')
      expect(JSON.stringify(redact(seen))).to.not.include('hush')
    }
    const lines: string[] = []
    const logger = createLogger('debug', { write: (line) => lines.push(line) })
    logger.child({ connection: read }).info({ connection: made, list: [read], error: failed }, 'all of it')
    expect(lines.join()).to.include('Number 103').and.include('connections.endpoint-unknown').and.not.include('hush')
    expect(Object.keys(read ?? {})).to.not.include('secrets')
    expect({ ...read }).to.not.have.property('secrets')
  })

  it('never crosses a tenant', async () => {
    const made = await create(a, number('104'))
    expect(await fixture.store.get(b, made.id)).to.equal(undefined)
    expect((await fixture.store.list(b)).map(({ id }) => id)).to.not.include(made.id)
    for (const work of [
      fixture.as(b, (uow) => fixture.store.update(uow, made.id, { name: 'mine now' })),
      fixture.as(b, (uow) => fixture.store.remove(uow, made.id)),
    ])
      expect(await codeOf(work)).to.equal('connections.not-found')
  })

  it('costs no query for a second, then one', async () => {
    const made = await create(a, number('105'))
    await fixture.store.get(a, made.id)
    fixture.queries()
    await Promise.all(Array.from({ length: 50 }, () => fixture.store.get(a, made.id)))
    expect(fixture.queries()).to.have.length(0)
    fixture.clock.advance(1000)
    await Promise.all(Array.from({ length: 50 }, () => fixture.store.get(a, made.id)))
    expect(fixture.queries()).to.have.length(1)
  })

  it('shows its own change at once and another process’s within a second', async () => {
    const other = fixture.otherStore()
    const made = await create(a, number('106'))
    await Promise.all([fixture.store.get(a, made.id), other.get(a, made.id)])
    await fixture.as(a, (uow) => fixture.store.update(uow, made.id, { name: 'New', health: 'auth-failed' }))
    expect(await fixture.store.get(a, made.id)).to.include({ name: 'New', health: 'auth-failed' })
    expect(await other.get(a, made.id)).to.include({ health: 'ok' })
    fixture.clock.advance(1000)
    expect(await other.get(a, made.id)).to.include({ name: 'New', health: 'auth-failed' })
  })

  it('shows nothing of a transaction that was rolled back', async () => {
    let id = ''
    await codeOf(
      fixture.as(a, async (uow) => {
        id = (await fixture.store.create(uow, number('107'))).id
        throw new Error('undone')
      }),
    )
    expect(await fixture.store.get(a, id)).to.equal(undefined)
  })

  it('merges settings and secrets, and takes away what is null', async () => {
    const made = await create(a, number('108', { settings: { one: 1, two: 2 } }))
    const after = await fixture.as(a, (uow) =>
      fixture.store.update(uow, made.id, { secrets: { accessToken: 'renewed' }, settings: { two: null, three: 3 } }),
    )
    expect(after.secrets).to.deep.equal({ accessToken: 'renewed', pin: 'hush-2' })
    expect(after.settings).to.deep.equal({ one: 1, three: 3 })
  })

  it('keeps a vendor’s words about the health without the secrets in them, until the health changes', async () => {
    const made = await create(a, number('109'))
    const update = (patch: Parameters<typeof fixture.store.update>[2]) =>
      fixture.as(a, (uow) => fixture.store.update(uow, made.id, patch))
    const failed = await update({ health: 'auth-failed', healthDetail: 'Error 190: token EAAG-hush expired' })
    expect(failed.healthDetail).to.equal('Error 190: token [masked] expired')
    expect((await update({ name: 'Other' })).healthDetail).to.equal('Error 190: token [masked] expired')
    expect((await update({ health: 'ok' })).healthDetail).to.equal(undefined)
  })

  it('removes a connection with its secrets, frees its account, and keeps the row', async () => {
    const made = await create(a, number('110'))
    await fixture.store.get(a, made.id)
    await fixture.as(a, (uow) => fixture.store.remove(uow, made.id))
    expect(await fixture.store.get(a, made.id)).to.equal(undefined)
    expect(await fixture.store.locate('whatsapp', made.id)).to.equal(undefined)
    const row = await fixture.as(a, ({ trx }) => trx('parley.connection').where({ id: made.id }).first())
    expect(row.removed_at).to.deep.equal(fixture.clock.now())
    expect(fixture.ring.open(row.secrets, { tenantId: a, purpose: 'connection.secrets', id: made.id })).to.equal('{}')
    await create(a, number('110'))
  })

  it('refuses an account that the tenant has connected already, and lets another tenant have its own', async () => {
    await create(a, number('111'))
    expect(await codeOf(create(a, number('111')))).to.equal('connections.account-taken')
    await create(b, number('111'))
  })

  it('finds a connection for a public page by provider and id, whichever tenant’s', async () => {
    const made = await create(b, number('112', { provider: 'webchat' }))
    expect(await fixture.store.locate('webchat', made.id)).to.deep.include({ id: made.id, tenantId: b })
    expect(await fixture.store.locate('whatsapp', made.id)).to.equal(undefined)
    expect(await fixture.store.locate('webchat', 'not-an-id')).to.equal(undefined)
    fixture.queries()
    await fixture.store.locate('webchat', made.id)
    expect(fixture.queries()).to.have.length(0)
  })

  it('lists page by page, in the order they were made, by provider', async () => {
    const tenant = await fixture.tenant()
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) ids.push((await create(tenant, number(String(index)))).id)
    await create(tenant, number('chat', { provider: 'webchat' }))
    expect((await fixture.store.list(tenant, { provider: 'whatsapp' })).map(({ id }) => id)).to.deep.equal(ids)
    const page = await fixture.as(tenant, (uow) =>
      fixture.store.page(uow, { provider: 'whatsapp', after: ids[1] ?? '', limit: 2 }),
    )
    expect(page.map(({ id }) => id)).to.deep.equal(ids.slice(2, 4))
  })

  it('leaves nothing in the catalog that would let one tenant reach another’s rows', async () => {
    const admin = createKnex({ client: 'pg', connection: fixture.adminUrl })
    try {
      const violations = await auditTenantTables(admin)
      expect(violations.filter(({ object }) => /api_key|endpoint|connection|account/.test(object))).to.deep.equal([])
    } finally {
      await admin.destroy()
    }
  })
})
