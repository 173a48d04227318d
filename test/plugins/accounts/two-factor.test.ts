import { expect } from 'chai'
import { Secret, TOTP } from 'otpauth'
import { AccountsKernel, type Grant, PASSWORD } from './accounts-kernel.ts'

describe('the second factor', () => {
  let k: AccountsKernel
  let ann: Grant
  let secret = ''
  let recovery: readonly string[] = []

  before(async () => {
    k = await AccountsKernel.start()
    ann = await k.register('ann@acme.example')
  })
  after(() => k.stop())

  const own = (path: string, payload: object) =>
    k.call('POST', `/api/auth/two-factor/${path}`, { token: ann.accessToken, payload })
  const codeNow = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: k.clock.millis() })
  const challenge = async () => {
    const { status, body } = await k.login('ann@acme.example')
    expect(status).to.equal(202)
    return (body as { challenge: string }).challenge
  }
  const second = (payload: object) => k.call('POST', '/api/auth/login/second-factor', { payload })

  it('is begun with the password, and in force once a code has come back', async () => {
    expect((await own('enrol', { password: 'Wrong-horse-7' })).status).to.equal(403)
    const { body } = await own('enrol', { password: PASSWORD })
    secret = (body as { secret: string }).secret
    expect((body as { uri: string }).uri).to.match(/^otpauth:\/\/totp\/Parley:ann%40acme.example\?/)
    expect((await k.login('ann@acme.example')).status, 'not yet').to.equal(200)
    expect((await own('confirm', { code: '000000' })).status).to.equal(422)
    const confirmed = await own('confirm', { code: codeNow() })
    expect(confirmed.status).to.equal(200)
    recovery = (confirmed.body as { recoveryCodes: string[] }).recoveryCodes
    expect(new Set(recovery).size).to.equal(10)
    expect((await own('enrol', { password: PASSWORD })).status).to.equal(409)
    expect(await k.must(200, 'GET', '/api/auth/me', { token: ann.accessToken })).to.include({ twoFactor: true })
    expect((await k.mailTo('ann@acme.example')).subject).to.equal('Two-step sign-in was changed')
  })

  it('stands between the password and the session; what lies between opens no route', async () => {
    k.clock.advance(60_000)
    const token = await challenge()
    expect((await k.call('GET', '/api/auth/me', { token })).status).to.equal(401)
    const { status, body } = await second({ challenge: token, code: codeNow() })
    expect(status).to.equal(200)
    expect((await k.call('GET', '/api/auth/me', { token: (body as Grant).accessToken })).status).to.equal(200)
    expect((await second({ challenge: token, code: codeNow() })).status, 'the challenge is spent').to.equal(401)
  })

  it('takes a code once, and not one of a while ago', async () => {
    k.clock.advance(60_000)
    const code = codeNow()
    expect((await second({ challenge: await challenge(), code })).status).to.equal(200)
    expect((await second({ challenge: await challenge(), code })).status).to.equal(401)
    const old = codeNow()
    k.clock.advance(120_000)
    expect((await second({ challenge: await challenge(), code: old })).status).to.equal(401)
  })

  it('takes the code of a step either way from many at once from one of them', async () => {
    k.clock.advance(60_000)
    const code = codeNow()
    const challenges = await Promise.all([challenge(), challenge(), challenge()])
    const answers = await Promise.all(challenges.map((token) => second({ challenge: token, code })))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
  })

  it('asks for the password again after five wrong codes', async () => {
    k.clock.advance(60_000)
    const token = await challenge()
    const wrong = codeNow() === '000000' ? '000001' : '000000'
    for (let guess = 0; guess < 5; guess += 1)
      expect((await second({ challenge: token, code: wrong })).status).to.equal(401)
    const { status, body } = await second({ challenge: token, code: codeNow() })
    expect([status, (body as { code: string }).code]).to.deep.equal([401, 'accounts.challenge-ended'])
  })

  it('ends after five minutes', async () => {
    const token = await challenge()
    k.clock.advance(300_000)
    expect((await second({ challenge: token, code: codeNow() })).status).to.equal(401)
  })

  it('is passed with a recovery code, once each, however it is typed', async () => {
    const [first = ''] = recovery
    expect(
      (await second({ challenge: await challenge(), recoveryCode: first.toUpperCase().replaceAll('-', ' ') })).status,
    ).to.equal(200)
    expect((await second({ challenge: await challenge(), recoveryCode: first })).status).to.equal(401)
    ann = await k.must<Grant>(200, 'POST', '/api/auth/login/second-factor', {
      payload: { challenge: await challenge(), recoveryCode: recovery[1] },
    })
    const left = await k.must(200, 'GET', '/api/auth/two-factor', { token: ann.accessToken })
    expect(left).to.deep.equal({ enabled: true, recoveryCodesLeft: 8 })
    const renewed = await own('recovery-codes', { password: PASSWORD })
    expect(renewed.status).to.equal(200)
    expect((await second({ challenge: await challenge(), recoveryCode: recovery[2] })).status).to.equal(401)
  })

  it('is not skipped by a new password, and keeps its secrets out of the database', async () => {
    await k.must(202, 'POST', '/api/auth/forgot-password', { payload: { email: 'ann@acme.example' } })
    const token = await k.tokenFor('ann@acme.example')
    await k.must(204, 'POST', '/api/auth/reset-password', { payload: { token, password: PASSWORD } })
    const dump = await k.dump()
    expect(dump).to.not.include(secret).and.not.include(recovery[3]?.replaceAll('-', ''))
    k.clock.advance(60_000)
    const answer = await second({ challenge: await challenge(), code: codeNow() })
    ann = answer.body as Grant
    expect(answer.status).to.equal(200)
  })

  it('is switched off with the password', async () => {
    expect((await own('disable', { password: 'Wrong-horse-7' })).status).to.equal(403)
    expect((await own('disable', { password: PASSWORD })).status).to.equal(204)
    expect((await k.login('ann@acme.example')).status).to.equal(200)
  })
})
