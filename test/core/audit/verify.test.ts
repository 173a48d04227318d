import { expect } from 'chai'
import { PLATFORM_CHAIN } from '../../../core/audit/index.ts'
import { type AuditFixture, auditFixture } from './fixture.ts'

describe('verifying the audit log', () => {
  let fixture: AuditFixture
  let tenant: string

  before(async () => {
    fixture = await auditFixture()
  })
  beforeEach(async () => {
    tenant = await fixture.tenant()
    for (let index = 0; index < 6; index += 1)
      await fixture.record(tenant, { target: { kind: 'flag', id: `f${index}` } })
  })
  after(() => fixture.drop())

  const faults = async () => (await fixture.verifier.chain(tenant)).faults.map(({ seq, fault }) => `${seq} ${fault}`)
  /** As somebody who owns the tables. */
  const tamper = (sql: string) => fixture.owner.raw(sql.replaceAll('$tenant', `'${tenant}'`))

  it('finds nothing in a log that nobody has touched', async () => {
    expect(await fixture.verifier.chain(tenant)).to.deep.include({ records: 6, faults: [] })
  })

  it('finds a record that was changed', async () => {
    await tamper(
      `update parley.audit_record set body = replace(body, '"f2"', '"f9"') where tenant_id = $tenant and seq = 3`,
    )
    expect(await faults()).to.deep.equal(['3 record-changed'])
  })

  it('finds a record that was changed together with its hash', async () => {
    await tamper(
      `update parley.audit_record r set body = replace(body, '"f2"', '"f9"'),
              hash = sha256((select p.hash from parley.audit_record p where p.tenant_id = $tenant and p.seq = 2)
                            || convert_to(tenant_id || ':' || seq || ':' || replace(body, '"f2"', '"f9"'), 'UTF8'))
        where tenant_id = $tenant and seq = 3`,
    )
    expect(await faults()).to.deep.equal(['4 record-changed'])
  })

  it('finds a record that was taken out', async () => {
    await tamper('delete from parley.audit_record where tenant_id = $tenant and seq = 4')
    expect(await faults()).to.deep.equal(['4 record-missing'])
  })

  it('finds a record that was taken out with the gap closed behind it', async () => {
    await tamper('delete from parley.audit_record where tenant_id = $tenant and seq = 4')
    await tamper('update parley.audit_record set seq = 4 where tenant_id = $tenant and seq = 5')
    await tamper('update parley.audit_record set seq = 5 where tenant_id = $tenant and seq = 6')
    expect(await faults()).to.include('4 record-changed')
  })

  it('finds two records that changed places', async () => {
    await tamper('update parley.audit_record set seq = 99 where tenant_id = $tenant and seq = 2')
    await tamper('update parley.audit_record set seq = 2 where tenant_id = $tenant and seq = 3')
    await tamper('update parley.audit_record set seq = 3 where tenant_id = $tenant and seq = 99')
    expect(await faults()).to.include('2 record-changed')
  })

  it('finds a tail that was cut off', async () => {
    await tamper('delete from parley.audit_record where tenant_id = $tenant and seq > 4')
    expect(await faults()).to.deep.equal(['5 tail-missing'])
  })

  it('finds a head that was put back, or taken away', async () => {
    await tamper('update parley.audit_head set seq = 4 where chain = $tenant')
    expect(await faults()).to.deep.equal(['6 head-changed'])
    await tamper('delete from parley.audit_head where chain = $tenant')
    expect(await faults()).to.deep.equal(['6 head-missing'])
  })

  it('finds details that were changed, or are gone without an erasure', async () => {
    await tamper(`update parley.audit_detail set detail = '{}' where tenant_id = $tenant and seq = 1`)
    await tamper('delete from parley.audit_detail where tenant_id = $tenant and seq = 5')
    expect(await faults()).to.deep.equal(['1 detail-changed', '5 detail-missing'])
  })

  it('finds by an anchor what was cut off together with its head', async () => {
    const anchor = { at: fixture.clock.now().toISOString(), heads: await fixture.verifier.heads() }
    await tamper('delete from parley.audit_detail where tenant_id = $tenant and seq > 4')
    await tamper('delete from parley.audit_record where tenant_id = $tenant and seq > 4')
    await tamper(
      `update parley.audit_head h set seq = 4, hash = (select r.hash from parley.audit_record r
        where r.tenant_id = $tenant and r.seq = 4) where chain = $tenant`,
    )
    expect(await faults(), 'without the anchor').to.deep.equal([])
    const { faults: found } = await fixture.verifier.chain(tenant, [anchor])
    expect(found.map(({ seq, fault }) => `${seq} ${fault}`)).to.deep.equal(['6 anchor-broken'])
  })

  it('walks every chain, the platform’s among them, and chains longer than a page', async () => {
    await fixture.record(tenant, { chain: 'both' })
    await fixture.database.transaction(tenant, ({ trx }) =>
      trx.raw(
        `select parley.record_audit(?, '{"at":"x","tenant":"x","kind":"change","action":"a","actor":{"kind":"","id":""},"target":{"kind":"","id":""},"detail":null}', null, null)
           from generate_series(1, 2500)`,
        [tenant],
      ),
    )
    const reports = new Map<string, number>()
    for await (const report of fixture.verifier.all()) reports.set(report.chain, report.records)
    expect(reports.get(tenant)).to.equal(2507)
    expect(reports.get(PLATFORM_CHAIN)).to.be.greaterThan(0)
  })
})
