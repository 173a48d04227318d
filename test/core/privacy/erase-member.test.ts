import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { strFromU8, unzipSync } from 'fflate'
import { AccountsKernel, type Grant } from '../../plugins/accounts/accounts-kernel.ts'
import { stands } from '../secrets/dump.ts'

const NIL = '00000000-0000-0000-0000-000000000000'
const BY = { kind: 'system', id: 'cli' } as const
/** The part before the @ is the name, too. */
const GRACE = 'hopperlein@grazia.example'
const BOSS = 'boss@acme.example'

describe('a member of staff who wants to be forgotten', function () {
  this.timeout(60_000)
  let accounts: AccountsKernel
  let folder: string
  let boss: Grant
  let grace: Grant

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-privacy-'))
    const plugins = [{ use: './adapters/local-files', settings: { folder } }, './plugins/notifications']
    accounts = await AccountsKernel.start({ plugins, env: { PRIVACY_RETRY_MS: '20' } })
    boss = await accounts.register(BOSS, { name: 'Boss' })
    grace = await accounts.member(boss, GRACE, 'agent')
    await accounts.test.drain()
  })
  after(async () => {
    await accounts.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const requests = () => accounts.test.kernel.privacy.requests
  const ask = async (kind: 'export' | 'erase', id: string) => {
    const made = await requests().create(NIL, kind, { kind: 'user', id }, BY)
    if (!made.ok) throw new Error(made.detail)
    await accounts.test.drain()
    return requests().get(NIL, made.request.id)
  }

  it('gets the account without its secrets, and what each tenant’s log says of them', async () => {
    const made = await ask('export', grace.userId)
    const opened = await requests().content(NIL, made?.id ?? '', BY)
    if (!opened.ok) throw new Error(opened.detail)
    const files = unzipSync(Buffer.concat(await opened.content.toArray()))
    expect(Object.keys(files)).to.include(`${NIL}/accounts/account.json`)
    expect(Object.keys(files)).to.include(`${grace.tenantId}/accounts/activity.json`)
    const text = Object.values(files)
      .map((one) => strFromU8(one))
      .join('\n')
    expect(text).to.include(GRACE)
    expect(text).not.to.include('argon2').and.not.to.include(BOSS)
  })

  it('leaves no trace of name and address in any table; the team’s log still tells what was done', async () => {
    const before = await accounts.dump()
    expect(stands(GRACE, before) && stands('hopperlein', before)).to.equal(true)
    const found = await ask('erase', grace.userId)
    expect(found?.steps.filter((one) => one.done_at === null)).to.deep.equal([])
    const after = await accounts.dump()
    for (const word of [GRACE, 'hopperlein', 'grazia']) {
      const at = after.toLowerCase().indexOf(word)
      expect(at < 0 ? '' : after.slice(Math.max(0, at - 200), at + 80), word).to.equal('')
      expect(stands(word, after), word).to.equal(false)
    }
    const { body } = await accounts.call('GET', '/api/team/activity', { token: boss.accessToken })
    const actions = (body as { items: { action: string }[] }).items.map(({ action }) => action)
    expect(actions).to.include('member.account-ended')
    expect(stands(BOSS, after)).to.equal(true)
  })

  it('stays while nobody else could run their team, and why is told', async () => {
    const found = await ask('erase', boss.userId)
    const step = found?.steps.find(({ plugin, scope }) => plugin === 'accounts' && scope === NIL)
    expect([found?.status, step?.fault?.split(':')[0]]).to.deep.equal(['open', 'accounts.sole-owner'])
  })
})
