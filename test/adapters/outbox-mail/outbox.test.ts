import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mail } from '@parley/core'
import { startTestKernel, TestClock, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { Outbox } from '../../../adapters/outbox-mail/outbox.ts'

const mail = (key: string, text = 'Hello'): Mail => ({
  to: { address: 'ann@acme.example' },
  content: { subject: `Mail ${key}`, text },
  locale: 'en',
  idempotencyKey: key,
})

describe('the outbox', () => {
  let folder: string
  const clock = new TestClock()

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-outbox-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('keeps a mail once, readable for its owner only', async () => {
    const outbox = new Outbox({ folder, keep: 10, clock })
    const first = await outbox.send(mail('one'))
    expect(await outbox.send(mail('one'))).to.deep.equal(first)
    const [name = '', ...more] = await readdir(folder)
    expect(more).to.deep.equal([])
    expect((await stat(join(folder, name))).mode & 0o777).to.equal(0o600)
  })

  it('keeps the newest so many', async () => {
    const outbox = new Outbox({ folder, keep: 3, clock })
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      clock.advance(1)
      await outbox.send(mail(key))
    }
    const kept = await outbox.list(10)
    expect(kept.map(({ idempotencyKey }) => idempotencyKey)).to.deep.equal(['e', 'd', 'c'])
  })

  it('says that it is unavailable when its folder is gone', async () => {
    const outbox = new Outbox({ folder: join(folder, 'gone'), keep: 3, clock })
    const error = await outbox.send(mail('a')).catch((reason: unknown) => reason)
    expect(error).to.have.property('code', 'outbox.unwritable')
  })
})

describe('the page of the outbox', () => {
  let folder: string
  let test: TestKernel

  const start = (settings: object) =>
    startTestKernel({ plugins: [{ use: './adapters/outbox-mail', settings: { folder, ...settings } }] })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-outbox-'))
    test = await start({ page: true })
  })
  after(async () => {
    await test.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('shows what was written as text, links as links, and lets nothing run', async () => {
    const outbox = new Outbox({ folder, keep: 10, clock: new TestClock() })
    await outbox.send(mail('x', 'See https://app.example/a?b=1&c=2#token=t now <script>alert(1)</script>'))
    const page = await test.inject({ url: '/outbox', as: null })
    expect(page.status).to.equal(200)
    expect(page.text).to.include('<a href="https://app.example/a?b=1&amp;c=2#token=t" rel="noreferrer">')
    expect(page.text).to.include('&lt;script&gt;').and.not.include('<script')
    expect(String(page.headers['content-security-policy']))
      .to.include("default-src 'none'")
      .and.not.include('script-src')
    expect((await test.inject({ url: '/outbox/styles.css', as: null })).status).to.equal(200)
  })

  it('is not there unless the demo asks for it', async () => {
    const plain = await start({})
    try {
      expect((await plain.inject({ url: '/outbox', as: null })).status).to.equal(404)
    } finally {
      await plain.stop()
    }
  })
})
