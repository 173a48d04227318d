import { expect } from 'chai'
import { PLATFORM_CHAIN } from '../../../core/audit/index.ts'
import { type AuditFixture, auditFixture } from './fixture.ts'

describe('the audit log', () => {
  let fixture: AuditFixture
  let tenant: string

  before(async () => {
    fixture = await auditFixture()
  })
  beforeEach(async () => {
    tenant = await fixture.tenant()
  })
  after(() => fixture.drop())

  const list = (chain: string, filter: object = {}) => fixture.reader.list(chain, { limit: 100, ...filter })

  it('says who did what to what, with what was there before, and from where', async () => {
    await fixture.record(tenant, { reason: 'asked for by the customer' })
    const [record] = await list(tenant)
    expect(record?.body).to.deep.include({
      action: 'flag.changed',
      kind: 'change',
      tenant,
      actor: { kind: 'user', id: 'u1' },
      target: { kind: 'flag', id: 'new-inbox' },
    })
    expect(record?.detail).to.deep.equal({
      before: { on: false },
      after: { on: true },
      reason: 'asked for by the customer',
      ip: '203.0.113.7',
    })
  })

  it('goes with the transaction: a rollback takes the record with it', async () => {
    const failing = fixture.database.transaction(tenant, async (uow) => {
      await fixture.log.record(uow, {
        action: 'flag.changed',
        target: { kind: 'flag', id: 'x' },
        actor: { kind: 'system', id: '' },
      })
      throw new Error('no')
    })
    await failing.catch(() => {})
    expect(await list(tenant)).to.deep.equal([])
    await fixture.record(tenant)
    expect((await list(tenant)).map(({ seq }) => seq)).to.deep.equal(['1'])
  })

  it('is searched by actor, action, target and time, newest first, page by page', async () => {
    for (const [index, id] of ['u1', 'u2', 'u1', 'u1'].entries()) {
      fixture.clock.advance(60_000)
      await fixture.record(tenant, {
        actor: { kind: 'user', id },
        action: index === 3 ? 'flag.removed' : 'flag.changed',
        target: { kind: 'flag', id: `f${index}` },
      })
    }
    const seqs = async (filter: object) => (await list(tenant, filter)).map(({ seq }) => seq)
    expect(await seqs({})).to.deep.equal(['4', '3', '2', '1'])
    expect(await seqs({ limit: 2 })).to.deep.equal(['4', '3'])
    expect(await seqs({ limit: 2, before: '3' })).to.deep.equal(['2', '1'])
    expect(await seqs({ actorId: 'u1' })).to.deep.equal(['4', '3', '1'])
    expect(await seqs({ action: 'flag.removed' })).to.deep.equal(['4'])
    expect(await seqs({ targetKind: 'flag', targetId: 'f1' })).to.deep.equal(['2'])
    expect(await seqs({ from: fixture.clock.now() })).to.deep.equal(['4'])
    expect(await seqs({ to: fixture.clock.now() })).to.deep.equal(['3', '2', '1'])
  })

  it('tells reading from changing', async () => {
    await fixture.record(tenant)
    await fixture.database.transaction(tenant, (uow) =>
      fixture.log.access(uow, {
        action: 'conversation.opened',
        target: { kind: 'conversation', id: 'c1' },
        actor: { kind: 'user', id: 'support' },
        reason: 'ticket 7',
      }),
    )
    const [read, ...more] = await list(tenant, { kind: 'access' })
    expect(read?.body.action).to.equal('conversation.opened')
    expect(more).to.deep.equal([])
  })

  it('writes what those who run the installation did to a tenant into both logs', async () => {
    await fixture.record(tenant, { action: 'tenant.suspended', chain: 'both' })
    expect(await list(tenant)).to.have.length(1)
    const [mine] = await list(PLATFORM_CHAIN, { tenant })
    expect(mine?.body).to.deep.include({ action: 'tenant.suspended', tenant })
  })

  it('shows no tenant another tenant’s records', async () => {
    await fixture.record(tenant)
    expect(await list(await fixture.tenant())).to.deep.equal([])
  })

  it('refuses an entry that says too little, naming what is missing', async () => {
    const error = await fixture.record(tenant, { action: 'Changed it' }).catch((caught) => caught)
    expect(error).to.include({ code: 'audit.invalid' })
    expect(error.message).to.include('action')
  })

  it('is closed to the application but for appending', async () => {
    await fixture.record(tenant)
    for (const sql of [
      `insert into parley.audit_record (tenant_id, seq, body, hash) values ('${tenant}', 9, '{}', decode(repeat('00', 32), 'hex'))`,
      `update parley.audit_record set body = '{}'`,
      'delete from parley.audit_record',
      'delete from parley.audit_detail',
      'truncate parley.audit_record',
      'update parley.audit_head set seq = 0',
      'select * from parley.audit_head',
    ]) {
      const error = await fixture.database
        .transaction(tenant, async ({ trx }) => void (await trx.raw(sql)))
        .then(() => undefined)
        .catch((caught) => caught)
      expect(String(error?.message), sql).to.include('permission denied')
    }
  })

  it('keeps one chain for each tenant whole while many write at once', async () => {
    await Promise.all(Array.from({ length: 40 }, () => fixture.record(tenant, { chain: 'both' })))
    expect(await fixture.verifier.chain(tenant)).to.deep.include({ records: 40, faults: [] })
    expect((await fixture.verifier.chain(PLATFORM_CHAIN)).faults).to.deep.equal([])
  })

  it('erases the details of a person’s records and stays provably whole', async () => {
    await fixture.record(tenant, { actor: { kind: 'user', id: 'gone', ip: '203.0.113.9' }, chain: 'both' })
    await fixture.record(tenant, { target: { kind: 'contact', id: 'gone' }, before: { name: 'Ada Lovelace' } })
    await fixture.record(tenant)
    const erased = await fixture.database.transaction(tenant, (uow) =>
      fixture.log.erase(uow, 'gone', { kind: 'user', id: 'dpo' }),
    )
    expect(erased).to.equal(3)
    const records = await list(tenant)
    expect(JSON.stringify(records)).to.not.match(/Ada|203\.0\.113\.9/)
    expect(records.map((record) => record.erased)).to.deep.equal([false, false, true, true])
    expect((await fixture.verifier.chain(tenant)).faults).to.deep.equal([])
    expect((await fixture.verifier.chain(PLATFORM_CHAIN)).faults).to.deep.equal([])
  })
})
