import { expect } from 'chai'
import { AccountsKernel, PASSWORD } from './accounts-kernel.ts'

describe('links in mails', () => {
  let k: AccountsKernel

  before(async () => {
    k = await AccountsKernel.start()
  })
  after(() => k.stop())

  const forgot = (email: string) => k.call('POST', '/api/auth/forgot-password', { payload: { email } })
  const reset = (token: string, password = 'Other-horse-8') =>
    k.call('POST', '/api/auth/reset-password', { payload: { token, password } })
  const verify = (token: string) => k.call('POST', '/api/auth/verify-email', { payload: { token } })

  it('confirm an address once, and the person shows it', async () => {
    const { accessToken: token } = await k.register('ann@acme.example')
    const { subject, text, html } = await k.mailTo('ann@acme.example')
    expect(subject).to.equal('Confirm your email address')
    expect(text).to.include('https://app.example/account/verify-email#token=')
    expect(html).to.include('<a href="https://app.example/account/verify-email#token=')
    const link = await k.tokenFor('ann@acme.example')
    expect((await verify(`${link.slice(0, -1)}!`)).status).to.equal(410)
    expect((await verify(link)).status).to.equal(204)
    expect((await verify(link)).status).to.equal(410)
    expect(await k.must(200, 'GET', '/api/auth/me', { token })).to.include({ emailVerified: true })
    expect((await k.call('POST', '/api/auth/verify-email/resend', { token })).status).to.equal(409)
  })

  it('are sent again, and the one before ends', async () => {
    const { accessToken: token } = await k.register('bob@acme.example')
    const first = await k.tokenFor('bob@acme.example')
    await k.must(202, 'POST', '/api/auth/verify-email/resend', { token })
    const second = await k.tokenFor('bob@acme.example')
    expect((await verify(first)).status).to.equal(410)
    expect((await verify(second)).status).to.equal(204)
  })

  it('set a new password once, end every session, and sign nobody in', async () => {
    const before = await k.register('cy@acme.example')
    expect((await forgot('CY@acme.example')).status).to.equal(202)
    const link = await k.tokenFor('cy@acme.example')
    expect((await reset(link, 'weak')).status, 'a weak password does not cost the link').to.equal(400)
    const done = await reset(link)
    expect([done.status, done.text]).to.deep.equal([204, ''])
    expect((await reset(link)).status).to.equal(410)
    expect((await k.call('GET', '/api/auth/me', { token: before.accessToken })).status).to.equal(401)
    await k.must(401, 'POST', '/api/auth/refresh', { payload: { refreshToken: before.refreshToken } })
    expect((await k.login('cy@acme.example')).status).to.equal(401)
    expect((await k.login('cy@acme.example', 'Other-horse-8')).status).to.equal(200)
    expect((await k.mailTo('cy@acme.example')).subject).to.equal('Your password was changed')
  })

  it('answer the same for an address that nobody has, and mail nobody', async () => {
    const known = await forgot('ann@acme.example')
    const unknown = await forgot('nobody@acme.example')
    expect([unknown.status, unknown.text]).to.deep.equal([known.status, known.text])
    await k.test.drain()
    expect(k.mails.filter(({ to }) => to.address === 'nobody@acme.example')).to.deep.equal([])
  })

  it('end after an hour', async () => {
    await forgot('ann@acme.example')
    const link = await k.tokenFor('ann@acme.example')
    k.clock.advance(3_600_000)
    expect((await reset(link)).status).to.equal(410)
  })

  it('are nowhere in the database, nor is any other secret', async () => {
    const { refreshToken } = await k.loggedIn('ann@acme.example')
    await forgot('ann@acme.example')
    const link = await k.tokenFor('ann@acme.example')
    const dump = await k.dump()
    expect(dump).to.include('ann@acme.example')
    for (const secret of [link, refreshToken, PASSWORD]) expect(dump).to.not.include(secret)
  })

  it('change the password of somebody who knows the old one, and keep only this session', async () => {
    await k.register('dee@acme.example')
    const other = await k.loggedIn('dee@acme.example')
    const { accessToken: token } = await k.loggedIn('dee@acme.example')
    const change = (currentPassword: string, password: string) =>
      k.call('POST', '/api/auth/change-password', { token, payload: { currentPassword, password } })
    expect((await change('Wrong-horse-7', 'Fine-horse-9')).status).to.equal(403)
    expect((await change(PASSWORD, 'fine-horse-9')).status).to.equal(400)
    expect((await change(PASSWORD, 'Fine-horse-9')).status).to.equal(204)
    expect((await k.call('GET', '/api/auth/me', { token })).status).to.equal(200)
    expect((await k.call('GET', '/api/auth/me', { token: other.accessToken })).status).to.equal(401)
    expect((await k.login('dee@acme.example', 'Fine-horse-9')).status).to.equal(200)
  })
})

describe('an installation that hides which addresses are taken', () => {
  let k: AccountsKernel

  before(async () => {
    k = await AccountsKernel.start({ accounts: { hideTakenEmails: true } })
  })
  after(() => k.stop())

  it('answers everybody the same, and tells the mailbox', async () => {
    const payload = { email: 'ann@acme.example', password: PASSWORD, name: 'Ann' }
    const first = await k.call('POST', '/api/auth/register', { payload })
    expect((await k.mailTo('ann@acme.example')).subject).to.equal('Confirm your email address')
    const second = await k.call('POST', '/api/auth/register', { payload })
    expect([second.status, second.text]).to.deep.equal([first.status, first.text])
    expect((await k.mailTo('ann@acme.example')).subject).to.equal('You have an account already')
  })
})
