import { fileURLToPath } from 'node:url'
import bcrypt from 'bcryptjs'
import { expect } from 'chai'
import { brokenRules } from '../../../plugins/accounts/domain/password-rule.ts'
import { Passwords } from '../../../plugins/accounts/passwords/passwords.ts'
import { settingsSchema } from '../../../plugins/accounts/settings.ts'
import { AccountsKernel, PASSWORD } from './accounts-kernel.ts'

const limits = settingsSchema.validate({}).value.password

describe('passwords', () => {
  const passwords = new Passwords(limits)

  it('are stored as argon2id with the parameters of OWASP, each with a salt of its own', async () => {
    const [one, two] = await Promise.all([passwords.hash(PASSWORD), passwords.hash(PASSWORD)])
    expect(one).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(one).to.not.equal(two)
    expect(await passwords.verify(PASSWORD, one)).to.deep.equal({ ok: true, outdated: false })
    expect(await passwords.verify(`${PASSWORD}x`, one)).to.deep.include({ ok: false })
  })

  it('are the same however a keyboard composes their letters', async () => {
    const hash = await passwords.hash('Cafe\u0301-horse-7')
    expect((await passwords.verify('Caf\u00e9-horse-7', hash)).ok).to.equal(true)
  })

  it('of weaker parameters are right, and outdated', async () => {
    const weak = await new Passwords({ ...limits, memoryKib: 7168 }).hash(PASSWORD)
    expect(await passwords.verify(PASSWORD, weak)).to.deep.equal({ ok: true, outdated: true })
  })

  it('as bcrypt are taken with 10 rounds or more, and not with fewer or endlessly many', async () => {
    const ten = await bcrypt.hash(PASSWORD, 10)
    expect(await passwords.verify(PASSWORD, ten)).to.deep.equal({ ok: true, outdated: true })
    expect((await passwords.verify('Wrong-horse-7', ten)).ok).to.equal(false)
    const nine = await bcrypt.hash(PASSWORD, 9)
    expect((await passwords.verify(PASSWORD, nine)).ok).to.equal(false)
    expect((await passwords.verify(PASSWORD, ten.replace('$10$', '$31$'))).ok).to.equal(false)
  })

  it('of nobody, and in a form that nobody knows, are wrong', async () => {
    for (const stored of [null, '', 'plain', '$argon2id$v=19$m=1$x']) {
      expect(await passwords.verify(PASSWORD, stored), String(stored)).to.deep.equal({ ok: false, outdated: false })
    }
  })

  it('wait in a queue that ends: a flood is refused, not piled up', async () => {
    const busy = new Passwords({ ...limits, maxConcurrent: 1, maxWaiting: 2 })
    const waiting = [busy.hash('a'), busy.hash('b'), busy.hash('c')]
    let refused: unknown
    try {
      for (let more = 0; more < 3; more += 1) waiting.push(busy.hash('d'))
    } catch (error) {
      refused = error
    }
    expect(refused).to.have.property('code', 'accounts.busy')
    await Promise.all(waiting)
  })

  it('need 8 characters, upper and lower case, and a number; letters of any script count', () => {
    const rules = (password: string) => brokenRules(password, 'ann@acme.example', limits).map(({ rule }) => rule)
    expect(rules('')).to.deep.equal(['length', 'upper-case', 'lower-case', 'number'])
    expect(rules('Aa345678')).to.deep.equal([])
    expect(rules('ПарольПароль1')).to.deep.equal([])
    expect(rules('😀😀😀😀Aa1')).to.deep.equal(['length'])
    expect(rules(`Aa1${'x'.repeat(126)}`)).to.deep.equal(['length'])
    expect(brokenRules('Ann@Acme1.example', 'ann@acme1.example', limits).map(({ rule }) => rule)).to.deep.equal([
      'own-address',
    ])
  })
})

describe('an imported bcrypt password', () => {
  it('signs in, and is argon2id from then on', async () => {
    const k = await AccountsKernel.start()
    try {
      const { userId } = await k.register('ann@acme.example')
      const platform = '00000000-0000-0000-0000-000000000000'
      const stored = () =>
        k.test.kernel.database.transaction(platform, async ({ trx }) => {
          const [row] = await trx('accounts.user').where({ id: userId }).select('password_hash')
          return row.password_hash as string
        })
      const hash = await bcrypt.hash('Imported-7', 10)
      await k.test.kernel.database.transaction(platform, async ({ trx }) => {
        await trx('accounts.user').where({ id: userId }).update({ password_hash: hash })
      })
      expect((await k.login('ann@acme.example', 'Imported-8')).status).to.equal(401)
      expect(await stored()).to.equal(hash)
      expect((await k.login('ann@acme.example', 'Imported-7')).status).to.equal(200)
      expect(await stored()).to.match(/^\$argon2id\$/)
      expect((await k.login('ann@acme.example', 'Imported-7')).status).to.equal(200)
    } finally {
      await k.stop()
    }
  })
})

describe('a list of stolen passwords', () => {
  it('refuses those on it wherever a password is chosen, and stops nobody while it cannot be asked', async () => {
    const screen = fileURLToPath(new URL('./test-screen/', import.meta.url))
    const k = await AccountsKernel.start({ plugins: [{ use: screen }] })
    try {
      const choose = (email: string, password: string) =>
        k.call('POST', '/api/auth/register', { payload: { email, password, name: 'Ann' } })
      const refused = await choose('ann@acme.example', 'Stolen-horse-1')
      expect([refused.status, (refused.body as { rules: string[] }).rules]).to.deep.equal([400, ['breached']])
      expect((await choose('ann@acme.example', 'Unasked-horse-1')).status).to.equal(201)
      await k.must(202, 'POST', '/api/auth/forgot-password', { payload: { email: 'ann@acme.example' } })
      const token = await k.tokenFor('ann@acme.example')
      const reset = (password: string) => k.call('POST', '/api/auth/reset-password', { payload: { token, password } })
      expect((await reset('Stolen-horse-1')).status).to.equal(400)
      expect((await reset('Fine-horse-12')).status).to.equal(204)
    } finally {
      await k.stop()
    }
  })
})
