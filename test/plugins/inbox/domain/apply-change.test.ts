import { expect } from 'chai'
import { applyChange } from '../../../../plugins/inbox/domain/apply-change.ts'
import type { MessageChange } from '../../../../plugins/inbox/domain/message-change.ts'
import type { MessageRecord } from '../../../../plugins/inbox/models/message.ts'

const at = '2026-01-05T09:00:00.000Z'
const later = '2026-01-05T09:00:01.000Z'
const message = (changed: Partial<MessageRecord> = {}): MessageRecord => ({
  id: 'm',
  threadId: 't',
  conversationId: 'c',
  connectionId: 'n',
  seq: 1,
  revision: 1,
  direction: 'out',
  kind: 'text',
  private: false,
  content: { kind: 'text', text: 'hi' },
  text: 'hi',
  status: 'queued',
  externalId: null,
  replyTo: null,
  replyToExternal: null,
  author: null,
  error: null,
  reactions: null,
  history: null,
  extra: null,
  occurredAt: new Date(at),
  createdAt: new Date(at),
  ...changed,
})
const status = (name: 'sent' | 'read' | 'failed', extra: object = {}): MessageChange => ({
  kind: 'status',
  status: name,
  by: 'status',
  externalId: 'x',
  at,
  ...extra,
})

describe('news about a message', () => {
  it('settle a send that nobody had heard of, and teach its external id', () => {
    expect(applyChange(message(), status('sent'))).to.deep.equal({
      change: 'status',
      fields: { status: 'sent', externalId: 'x' },
      settles: 'done',
    })
    expect(
      applyChange(message({ status: 'unknown', error: { reason: 'unconfirmed', detail: '' } }), status('read')),
    ).to.deep.include({
      fields: { status: 'read', externalId: 'x', error: null },
    })
  })

  it('settle nothing again once it is settled', () => {
    const sent = message({ status: 'sent', externalId: 'x' })
    expect(applyChange(sent, status('sent'))).to.equal(undefined)
    expect(applyChange(sent, status('read'))).to.deep.equal({ change: 'status', fields: { status: 'read' } })
  })

  it('say why a message failed, also after it was sent', () => {
    const errors = [{ code: '131026', title: 'Undeliverable', detail: '' }]
    expect(applyChange(message({ status: 'sent', externalId: 'x' }), status('failed', { errors }))).to.deep.equal({
      change: 'status',
      fields: { status: 'failed', error: { reason: 'vendor', code: '131026', detail: 'Undeliverable' } },
      settles: 'failed',
      reason: '131026',
    })
  })

  it('bring the price with old news, once', () => {
    const read = message({ status: 'read', externalId: 'x' })
    const priced = applyChange(read, status('sent', { pricing: { category: 'service' } }))
    expect(priced?.fields).to.deep.equal({ status: 'read', extra: { pricing: { category: 'service' } } })
    expect(applyChange({ ...read, ...priced?.fields }, status('sent', { pricing: {} }))).to.equal(undefined)
  })

  it('keep one reaction of each side, the newest', () => {
    const first = applyChange(message(), { kind: 'reaction', by: 'customer', emoji: '👍', at: later })
    const reacted = message({ ...first?.fields })
    expect(applyChange(reacted, { kind: 'reaction', by: 'customer', emoji: '👎', at })).to.equal(undefined)
    const both = applyChange(reacted, { kind: 'reaction', by: 'business', emoji: '🙏', at })
    expect(both?.fields.reactions?.map((one) => one.emoji)).to.deep.equal(['👍', '🙏'])
    const gone = applyChange(reacted, { kind: 'reaction', by: 'customer', emoji: null, at: later })
    expect(gone?.fields.reactions).to.deep.equal([])
    expect(applyChange(message(), { kind: 'reaction', by: 'customer', emoji: null, at })).to.equal(undefined)
  })

  it('edit no message that was taken back', () => {
    const revoked = message({ ...applyChange(message(), { kind: 'revoked', at })?.fields })
    expect(revoked).to.deep.include({ text: '', content: { kind: 'system', event: 'revoked' } })
    expect(applyChange(revoked, { kind: 'edited', content: { kind: 'text', text: 'x' }, at: later })).to.equal(
      undefined,
    )
    expect(applyChange(revoked, { kind: 'revoked', at: later })).to.equal(undefined)
  })
})
