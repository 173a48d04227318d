import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import knex from 'knex'
import { Installation } from './installation.ts'

describe('the commands for the audit log and the keys', function () {
  this.timeout(60_000)
  let installation: Installation
  before(async () => {
    installation = await Installation.create([])
  })
  after(() => installation.remove())

  const run = (...args: string[]) => installation.run(args, { SECRETS_RETIRE_AFTER_MS: '0' })

  it('rotate a key, which is in the audit log, and anchor and verify that', async () => {
    expect((await run('keys', 'status')).stdout).to.include('only the root key seals')
    const rotated = await run('keys', 'rotate')
    expect(rotated.stdout).to.match(/^d[0-9a-f]{10} seals from /)
    const [id = ''] = rotated.stdout.split(' ')
    expect((await run('keys', 'status')).stdout).to.include(`${id}  coming`)
    const again = await run('keys', 'rotate')
    expect(again.code).to.equal(1)
    expect(again.stderr).to.include('has not ended yet. (keys.under-way)')
    expect((await run('keys', 'retire', id)).stderr).to.include('keys.in-use')
    expect((await run('keys', 'dance')).code).to.equal(2)

    const anchor = join(installation.folder, 'anchor.json')
    expect((await run('audit', 'anchor', anchor)).stdout).to.include('1 chains anchored')
    expect((await run('audit', 'anchor', anchor)).code, 'an anchor is never overwritten').to.equal(1)
    expect(JSON.parse(await readFile(anchor, 'utf8')).heads).to.have.length(1)
    const verified = await run('audit', 'verify', '--anchor', anchor)
    expect(verified.stdout).to.include('are as they were written')
    expect(verified.code).to.equal(0)
  })

  it('find one row that somebody changed', async () => {
    const owner = knex({ client: 'pg', connection: installation.database.adminUrl, pool: { min: 0, max: 1 } })
    try {
      await owner.raw(`update parley.audit_record set body = replace(body, 'key.rotated', 'key.retired')`)
    } finally {
      await owner.destroy()
    }
    const { code, stdout, stderr } = await run('audit', 'verify')
    expect(code).to.equal(1)
    expect(stdout).to.include('#1 record-changed')
    expect(stderr).to.include('audit.broken')
  })
})
