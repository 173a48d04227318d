import type { Connection, Identity, OutboundContent } from '@parley/core'
import { expect } from 'chai'
import { Webchat } from '../../../adapters/webchat/channel.ts'
import { settingsSchema } from '../../../adapters/webchat/settings.ts'
import { testConnection } from './kit.ts'

describe('the web-chat channel', () => {
  const connection: Connection = testConnection()
  const channel = new Webchat(settingsSchema.validate({}).value)
  const visitor: Identity = { kind: 'visitor', scope: connection.id, value: 'v1' }

  const send = (content: OutboundContent, to: Identity = visitor, signal = new AbortController().signal) =>
    channel.send({ connection, to, content, correlationId: 'm1', signal })

  it('is always open, and says what it can show', () => {
    expect(channel.capabilities.window).to.equal(null)
    expect(channel.capabilities.sends).to.include.members(['text', 'image', 'document', 'interactive'])
    expect(channel.capabilities.maxTextLength).to.be.above(1000)
  })

  it('answers with our own id, which the page knows the message by', async () => {
    expect(await send({ kind: 'text', text: 'Hello' })).to.deep.equal({ ok: true, externalId: 'm1' })
  })

  it('writes to a vouched user as well', async () => {
    expect(await send({ kind: 'text', text: 'Hi' }, { kind: 'user', scope: '', value: 'ada' })).to.include({ ok: true })
  })

  it('refuses a recipient that is not its own', async () => {
    const phone = await send({ kind: 'text', text: 'Hi' }, { kind: 'phone', scope: '', value: '+491' })
    const foreign = await send({ kind: 'text', text: 'Hi' }, { ...visitor, scope: 'another connection' })
    expect([phone, foreign]).to.satisfy((all: { failure?: string }[]) => all.every((r) => r.failure === 'recipient'))
  })

  it('refuses what the page cannot show', async () => {
    const template = await send({ kind: 'template', name: 'hello', language: 'en' })
    const flow = await send({ kind: 'interactive', text: 'Fill in', flow: { id: 'f', button: 'Open' } })
    expect([template, flow]).to.satisfy((all: { failure?: string }[]) => all.every((r) => r.failure === 'content'))
  })

  it('stops when it is told to, before anything went out', async () => {
    expect(await send({ kind: 'text', text: 'Hi' }, visitor, AbortSignal.abort())).to.include({
      ok: false,
      failure: 'retryable',
    })
  })

  it('has no account that could be wrong', async () => {
    expect(await channel.test(connection)).to.deep.equal({ ok: true, title: connection.name })
  })
})
