import type { InboundContent } from '@parley/core'
import { expect } from 'chai'
import { mailFacts } from '../../../adapters/mail/events/mail-facts.ts'
import { readMail } from '../../../adapters/mail/read/read-mail.ts'
import { ANSWERS } from './mails/answers.ts'
import { ADA, CONNECTION, type MailCase, SHOP } from './mails/case.ts'
import { FORMS } from './mails/forms.ts'
import { MACHINES } from './mails/machines.ts'

type Mail = Extract<InboundContent, { kind: 'email' }>

interface Told {
  readonly content?: Mail
  readonly sender?: { identities: readonly { value: string }[] }
  readonly recipient?: { value: string } & { identities?: readonly { value: string }[] }
  readonly status?: string
  readonly replyTo?: string
  readonly errors?: readonly { code: string }[]
  readonly correlationId?: string
}

/** What a type of event is called in the cases. */
function becomes(type: string, { status }: Told): string {
  if (type === 'channel.status.changed.v1') return status ?? ''
  return { 'channel.message.received.v1': 'message', 'channel.message.echoed.v1': 'echo' }[type] ?? 'unknown'
}

async function read(one: MailCase) {
  const mail = await readMail(one.raw, { refOf: (index) => `ref-${index ?? 'whole'}` })
  const receivedAt = new Date('2026-11-17T10:00:00.000Z')
  const place = {
    connectionId: CONNECTION,
    channel: 'email',
    receivedAt,
    ownAddresses: [SHOP],
    sent: one.sent ?? false,
  }
  const facts = mailFacts(mail, place)
  expect(facts, 'facts').to.have.length(1)
  const event = facts[0]?.event
  expect(event?.type.schema.validate(event.data).error, 'fits its schema').to.equal(undefined)
  return { type: event?.type.type ?? '', key: event?.key ?? '', data: event?.data as Told }
}

function expectContent(one: MailCase, content: Mail | undefined): void {
  if (one.text !== undefined) expect(content?.text).to.equal(one.text)
  if (one.subject !== undefined) expect(content?.subject).to.equal(one.subject)
  if (one.quoted !== undefined) expect(content?.quoted).to.contain(one.quoted)
  if (one.signature !== undefined) expect(content?.signature).to.contain(one.signature)
  if (one.html !== undefined) expect(content?.html).to.contain(one.html)
  for (const word of one.htmlLacks ?? []) expect(content?.html).to.not.contain(word)
  if (one.automatic !== undefined) expect(content?.automatic ?? false, 'automatic').to.equal(one.automatic)
  const files = content?.attachments?.map(({ fileName, mimeType, inline, contentId }) =>
    [fileName, mimeType, ...(inline === true ? [`inline:${contentId}`] : [])].join(' '),
  )
  expect(files ?? []).to.deep.equal(one.files ?? [])
}

describe('a mail channel reads', () => {
  const all = [...ANSWERS, ...MACHINES, ...FORMS]

  for (const one of all)
    it(one.name, async () => {
      const { type, key, data } = await read(one)
      const wanted = one.becomes ?? 'message'
      expect(becomes(type, data)).to.equal(wanted)
      const person = one.person ?? ADA
      if (wanted !== 'unknown') expect(key).to.equal(`${CONNECTION}/email::${person}`)
      if (wanted === 'message') {
        expect(data.sender?.identities[0]?.value).to.equal(person)
        expect(data.replyTo).to.equal(one.replyTo)
      }
      if (wanted === 'message' || wanted === 'echo') expectContent(one, data.content)
      if (one.code !== undefined) expect(data.errors?.[0]?.code).to.equal(one.code)
      if (['failed', 'delivered', 'read'].includes(wanted)) expect(data.correlationId).to.equal('message-1')
    })

  it('at least the 44 shapes that were asked for', () => {
    expect(all.length).to.be.at.least(44)
  })
})
