import { createHash, randomBytes } from 'node:crypto'
import { startTestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { INBOX, SENT } from '../../../adapters/email/simulator/index.ts'
import { letter } from './letters.ts'
import { type Office, openOffice, SHOP, startReading } from './office.ts'

const DAY_MS = 86_400_000

function mail(office: Pick<Office, 'clock'>, words: string, more: object = {}): Buffer {
  const id = words.toLowerCase().replace(/\W+/g, '-')
  const head = {
    from: 'Ada <ada@example.com>',
    to: SHOP,
    messageId: `${id}@example.com`,
    date: office.clock.now(),
    subject: '',
  }
  return Buffer.from(letter({ ...head, text: words, ...more }))
}

describe('a mailbox', function () {
  this.timeout(90_000)

  let office: Office
  afterEach(() => office.close())

  const texts = async () => (await office.desk.messages()).map(({ text }) => text)

  it('is read from where it stands when it is connected, and every mail once', async () => {
    office = await openOffice({
      prepare: (simulator) => simulator.deliver(SHOP, Buffer.from('From: old@example.com\r\n\r\nold')),
    })
    await startReading(office)
    office.simulator.deliver(SHOP, mail(office, 'The first'))
    await office.desk.message('The first')
    office.simulator.deliver(SHOP, mail(office, 'The second'))
    await office.desk.message('The second')
    expect((await texts()).toSorted()).to.deep.equal(['The first', 'The second'])
  })

  it('is read back so many days as its settings say', async () => {
    office = await openOffice({
      connection: { backfillDays: 7 },
      prepare: (simulator) => {
        const at = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS)
        const old = (id: string) => Buffer.from(`From: ada@example.com\r\nMessage-ID: <${id}@example.com>\r\n\r\n${id}`)
        simulator.mailbox(SHOP).append(INBOX, old('long-ago'), at(30))
        simulator.mailbox(SHOP).append(INBOX, old('lately'), at(3))
      },
    })
    await startReading(office)
    await office.desk.message('lately')
    expect(await texts()).to.deep.equal(['lately'])
  })

  it('loses nothing and stores nothing twice when its server numbers anew', async () => {
    office = await openOffice()
    await startReading(office)
    office.simulator.deliver(SHOP, mail(office, 'Before'))
    await office.desk.message('Before')
    office.simulator.mailbox(SHOP).renumber(INBOX)
    office.simulator.deliver(SHOP, mail(office, 'After'))
    await office.desk.message('After')
    await office.eventually('the new numbers', async () =>
      (await office.cursorOf(office.desk))?.uidValidity === '2' ? true : undefined,
    )
    expect((await texts()).toSorted()).to.deep.equal(['After', 'Before'])
  })

  it('is read on after its connection broke, and after the server refused commands', async () => {
    office = await openOffice()
    await startReading(office)
    office.simulator.faults.add({ kind: 'drop', path: '/imap/uid fetch', times: 2 })
    office.simulator.deliver(SHOP, mail(office, 'Through a broken line'))
    await office.desk.message('Through a broken line')
    office.simulator.faults.add({ kind: 'fail', path: '/imap/uid search', times: 1 })
    office.simulator.mailbox(SHOP).drop()
    office.simulator.deliver(SHOP, mail(office, 'After a refusal'))
    await office.desk.message('After a refusal')
    expect((await texts()).toSorted()).to.deep.equal(['After a refusal', 'Through a broken line'])
  })

  it('shows what the business writes in its own client, and threads what the customer answers to it', async () => {
    office = await openOffice()
    await startReading(office)
    office.simulator.deliver(SHOP, mail(office, 'Hello'))
    await office.desk.message('Hello')
    const own = mail(office, 'From my telephone', {
      from: SHOP,
      to: 'ada@example.com',
      headers: ['In-Reply-To: <hello@example.com>'],
    })
    office.simulator.deliver(SHOP, own, SENT)
    const echoed = await office.desk.message('From my telephone')
    expect(echoed).to.include({ direction: 'out' })
    office.simulator.deliver(
      SHOP,
      mail(office, 'Thanks', { headers: ['In-Reply-To: <from-my-telephone@example.com>'] }),
    )
    expect(await office.desk.message('Thanks')).to.include({ replyTo: echoed.id })
    const stranger = { from: 'ben@example.net', headers: ['In-Reply-To: <from-my-telephone@example.com>'] }
    office.simulator.deliver(SHOP, mail(office, 'I am Ben', stranger))
    expect(await office.desk.message('I am Ben'), "somebody else's reference").to.include({ replyTo: null })
  })

  it('is named as refusing its credential, keeps nothing from being sent later, and is read again once that is mended', async () => {
    office = await openOffice({ secrets: { password: 'wrong-password' } })
    const { kernel } = office.test
    const { tenantId, connectionId } = office.desk
    const health = async () => (await kernel.connections.list(tenantId))[0]?.health
    await office.eventually('the refusal', async () => ((await health()) === 'auth-failed' ? true : undefined))
    const [refused] = await kernel.connections.list(tenantId)
    expect(refused?.healthDetail)
      .to.match(/refused the login/)
      .and.not.contain('wrong-password')
    const secrets = { password: 'a-password-of-the-office' }
    await kernel.database.transaction(tenantId, (uow) => kernel.connections.update(uow, connectionId, { secrets }))
    await office.eventually('the repair', async () => ((await health()) === 'ok' ? true : undefined))
    await office.eventually('the first look', () => office.cursorOf(office.desk, 'Sent'))
    office.simulator.deliver(SHOP, mail(office, 'Still here'))
    await office.desk.message('Still here')
  })

  it('is read by one process of two, and by the other when that one ends', async () => {
    office = await openOffice()
    await startReading(office)
    const { database } = office.test
    const { plugins, root, clock, simulator, env } = office
    const other = await startTestKernel({ plugins, root, clock, env, database })
    try {
      const clients = () => simulator.mailbox(SHOP).clients
      simulator.deliver(SHOP, mail(office, 'To the first'))
      await office.desk.message('To the first')
      expect(clients(), 'who is logged in').to.equal(1)
      const state = async () =>
        (await other.kernel.connections.list(office.desk.tenantId))[0]?.settings.mailbox as { owner?: string }
      const { owner } = await state()
      await office.test.kernel.stop()
      await office.eventually('the other process', async () => {
        const now = (await state()).owner
        return now !== undefined && now !== owner ? true : undefined
      })
      expect(clients()).to.be.at.most(1)
    } finally {
      await other.kernel.stop()
    }
  })

  it('gives out a file of 20 MB as a stream, byte for byte', async () => {
    office = await openOffice()
    await startReading(office)
    const file = randomBytes(20 * 1024 * 1024)
    const encoded = file.toString('base64').replace(/.{76}/g, '$&\r\n')
    const head =
      'From: ada@example.com\r\nMessage-ID: <big@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n'
    const text = '--x\r\nContent-Type: text/plain\r\n\r\nA film\r\n'
    const part = '--x\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    office.simulator.deliver(SHOP, Buffer.from(`${head}${text}${part}${encoded}\r\n--x--\r\n`))
    const shown = await office.desk.message('A film')
    const [attachment] = shown.content.attachments as readonly {
      bytes: number
      mimeType: string
      ref: string
      fileName: string
    }[]
    expect(attachment).to.include({ bytes: file.length, mimeType: 'video/mp4', fileName: 'film.mp4' })
    const fetched = await office.eventually('the file', async () => {
      const { attachments } = await office.desk.message('A film')
      return attachments.find(({ state }) => state === 'stored')
    })
    const headers = { authorization: `Bearer ${office.desk.apiKey}` }
    const answer = await fetch(`${office.test.baseUrl}/api/attachments/${fetched.id}`, { headers })
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    expect(hash(new Uint8Array(await answer.arrayBuffer()))).to.equal(hash(file))
  })
})
