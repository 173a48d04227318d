import { expect } from 'chai'
import { type Copy, GREETING, REMINDER, TemplatesKernel } from './templates-kernel.ts'

const PHONE = '4915100000077'
const PATH = '/api/channel-templates'
const greeting = { name: GREETING.name, language: GREETING.language }
const reminder = { name: REMINDER.name, language: REMINDER.language }

interface Preview {
  readonly shown: { readonly header?: string; readonly body: string; readonly buttons: readonly string[] }
  readonly missing: readonly string[]
  readonly sendable: boolean
  readonly reason?: string
  readonly payload?: object
}

describe('templates of an account that was just connected', function () {
  this.timeout(60_000)

  it('are there at once, before anybody or any clock asks for them', async () => {
    const templates = await TemplatesKernel.start()
    expect((await templates.copies()).map(({ name }) => name)).to.deep.equal(['greeting', 'reminder'])
    await templates.stop()
  })
})

describe("channels' templates", function () {
  this.timeout(60_000)
  let templates: TemplatesKernel

  beforeEach(async () => {
    templates = await TemplatesKernel.start()
    await templates.sync()
    templates.changes()
  })
  afterEach(() => templates.stop())

  const preview = async (name: string, parameters: object = {}) => {
    const { id } = await templates.copy(name)
    return templates.body<Preview>('POST', `${PATH}/${id}/preview`, { parameters })
  }

  it("are copied from the vendor's list, and can be narrowed down", async () => {
    const copies = await templates.copies()
    const { connectionId } = templates
    expect(copies).to.have.length(2)
    expect(copies[0]).to.deep.include({ ...greeting, connectionId, channel: 'whatsapp', category: 'marketing' })
    expect(copies[0]).to.deep.include({ state: 'approved', quality: 'green', components: GREETING.components })
    const names = async (query: string) => (await templates.copies(query)).map((one) => one.name)
    expect(await names('?state=pending')).to.deep.equal(['reminder'])
    expect(await names('?language=en&category=marketing&q=GREET')).to.deep.equal(['greeting'])
    expect(await names(`?connectionId=${connectionId}`)).to.have.length(2)
    expect(await names(`?connectionId=${copies[0]?.id}`)).to.deep.equal([])
    const { items } = await templates.body<{ items: object[] }>('GET', `${PATH}/syncs`)
    expect(items).to.have.length(1)
    expect(items[0]).to.include({ connectionId, failure: null, templates: 2 })
  })

  it('say what a send must fill, and show what the vendor would get', async () => {
    const { id } = await templates.copy('greeting')
    const one = await templates.body<{ parameters: object[] }>('GET', `${PATH}/${id}`)
    expect(one.parameters).to.deep.equal([
      { key: 'header.1', type: 'text', required: true },
      { key: 'body.1', type: 'text', required: true, example: 'bread' },
      { key: 'body.2', type: 'text', required: true, example: 'noon' },
      { key: 'button.0.1', type: 'text', required: true },
    ])
    const some = await preview('greeting', { 'header.1': 'Ada', 'body.2': 'nine' })
    expect(some).to.deep.include({ missing: ['body.1', 'button.0.1'], sendable: false })
    expect(some.shown).to.include({ header: 'Dear Ada', body: 'Your {{1}} is ready at nine.', footer: 'The bakery' })
    expect(some).not.to.have.property('payload')
    const all = await preview('greeting', { 'header.1': 'Ada', 'body.1': 'cake', 'body.2': 9, 'button.0.1': 'a7' })
    expect(all).to.deep.include({ missing: [], sendable: true })
    const text = (words: string) => ({ type: 'text', text: words })
    expect(all.payload).to.deep.equal({
      type: 'template',
      template: {
        name: 'greeting',
        language: { code: 'en' },
        components: [
          { type: 'header', parameters: [text('Ada')] },
          { type: 'body', parameters: [text('cake'), text('9')] },
          { type: 'button', sub_type: 'url', index: '0', parameters: [text('a7')] },
        ],
      },
    })
    const named = await preview('reminder', { 'body.name': 'Ada', 'body.day': 'Montag' })
    expect(named).to.deep.include({ missing: [], sendable: false, reason: 'The template reminder (de) is pending.' })
    expect(named.shown.body).to.equal('Hallo Ada, bis Montag!')
  })

  it('follow an approval, a pause and a rejection as the vendor tells of it', async () => {
    templates.simulator.decideTemplate(reminder, { status: 'APPROVED' })
    await templates.settle()
    expect(await templates.copy('reminder')).to.include({ state: 'approved' })
    expect(templates.changes()).to.deep.equal(['reminder: approval approved'])
    templates.simulator.decideTemplate(greeting, { status: 'PAUSED', reason: 'Paused for three hours.' })
    await templates.settle()
    expect(await templates.copy('greeting')).to.include({ state: 'paused', reason: 'Paused for three hours.' })
    templates.simulator.decideTemplate(reminder, { status: 'REJECTED', reason: 'ABUSIVE_CONTENT' })
    await templates.settle()
    expect(await templates.copy('reminder')).to.include({ state: 'rejected', reason: 'ABUSIVE_CONTENT' })
    expect(templates.changes()).to.deep.equal(['greeting: approval paused', 'reminder: approval rejected'])
  })

  it('follow quality and category, and mark what vanished until it returns', async () => {
    templates.simulator.decideTemplate(greeting, { quality: 'RED', category: 'UTILITY' })
    await templates.settle()
    expect(await templates.copy('greeting')).to.include({ quality: 'red', category: 'utility', state: 'approved' })
    expect([...templates.changes()].sort()).to.deep.equal(['greeting: category approved', 'greeting: quality approved'])
    templates.simulator.decideTemplate(greeting, { deleted: true })
    await templates.settle()
    expect((await templates.copy('greeting')).vanishedAt).not.to.equal(null)
    expect((await templates.copies('?state=vanished')).map((one) => one.name)).to.deep.equal(['greeting'])
    expect(await preview('greeting')).to.deep.include({
      reason: "The template greeting (en) is no longer on the vendor's list.",
    })
    const [waba] = templates.simulator.state.templates.keys()
    templates.simulator.state.templates.set(waba ?? '', [GREETING, REMINDER])
    await templates.sync()
    expect(await templates.copy('greeting')).to.include({ vanishedAt: null, state: 'approved' })
    expect(templates.changes()).to.include('greeting: returned approved')
  })

  it('are listed by the clock: a new connection within minutes, each again within the hour', async () => {
    const [waba] = templates.simulator.state.templates.keys()
    const listings = () =>
      templates.simulator.requests.filter((request) => request.path.endsWith(`${waba}/message_templates`)).length
    const before = listings()
    templates.clock.advance(30 * 60_000)
    await templates.test.drain()
    expect(listings()).to.equal(before)
    templates.clock.advance(35 * 60_000)
    await templates.test.drain()
    await templates.test.drain()
    expect(listings()).to.equal(before + 1)
  })

  it('keep the copies when the vendor refuses, and say why', async () => {
    templates.simulator.faults.add({ kind: 'fail', code: 190, detail: 'expired', path: 'message_templates', times: 1 })
    await templates.sync()
    expect(await templates.copies()).to.have.length(2)
    const { items } = await templates.body<{ items: object[] }>('GET', `${PATH}/syncs`)
    expect(items[0]).to.include({ failure: 'auth', templates: 2 })
    await templates.sync()
    const again = await templates.body<{ items: object[] }>('GET', `${PATH}/syncs`)
    expect(again.items[0]).to.include({ failure: null })
  })

  it("go when their connection goes: they stay readable, and are on nobody's list", async () => {
    await templates.call('DELETE', `/api/connections/${templates.connectionId}`)
    templates.clock.advance(6 * 60_000)
    await templates.test.drain()
    expect((await templates.copies('?state=vanished')).map((one) => one.name)).to.deep.equal(['greeting', 'reminder'])
  })

  it('are handed in, changed and taken away at the vendor', async () => {
    const { connectionId } = templates
    const body = (text: string, example?: object) => [{ type: 'BODY', text, ...(example && { example }) }]
    const example = { body_text_named_params: [{ param_name: 'name', example: 'Ada' }] }
    const draft = { connectionId, name: 'thanks', language: 'en', category: 'utility' }
    const unexplained = await templates.call('POST', PATH, { ...draft, components: body('Thanks {{name}}') })
    expect([unexplained.status, unexplained.body]).to.deep.include(422)
    expect(unexplained.body).to.include({ code: 'template.refused' })
    const made = await templates.body<Copy>('POST', PATH, { ...draft, components: body('Thanks {{name}}', example) })
    expect(made).to.include({ name: 'thanks', state: 'pending', category: 'utility', connectionId })
    const sent = templates.simulator.requests.findLast(
      ({ method, path }) => method === 'POST' && path.endsWith('_templates'),
    )
    expect(JSON.parse(String(sent?.body))).to.include({ category: 'UTILITY', parameter_format: 'NAMED' })
    await templates.settle()
    expect(await templates.copies('?state=pending&q=thanks')).to.have.length(1)
    const again = await templates.call('POST', PATH, { ...draft, components: body('Thanks') })
    expect(again.body).to.include({ code: 'template.refused' })
    const change = { category: 'MARKETING', components: body('Thank you') }
    expect((await templates.call('PUT', `${PATH}/${made.id}`, change)).status).to.equal(422)
    templates.simulator.decideTemplate({ name: 'thanks', language: 'en' }, { status: 'APPROVED' })
    await templates.settle()
    const changed = await templates.body<Copy>('PUT', `${PATH}/${made.id}`, change)
    expect(changed).to.deep.include({ state: 'pending', category: 'marketing', components: body('Thank you') })
    await templates.settle()
    expect(await templates.copy('thanks')).to.include({ id: made.id, state: 'pending', category: 'marketing' })
    expect((await templates.call('DELETE', `${PATH}/${made.id}`)).status).to.equal(204)
    await templates.settle()
    expect((await templates.copy('thanks')).vanishedAt).not.to.equal(null)
    expect((await templates.call('DELETE', `${PATH}/${made.id}`)).status).to.equal(204)
    expect(await templates.copies('?q=thanks')).to.have.length(0)
    await templates.settle()
    expect(templates.changes().filter((one) => one.startsWith('thanks'))).to.deep.equal([
      'thanks: created pending',
      'thanks: approval approved',
      'thanks: approval pending',
      'thanks: category pending',
      'thanks: components pending',
      'thanks: vanished pending',
      'thanks: deleted pending',
    ])
  })

  it('tell when nobody knows whether the vendor took one; the next list does', async () => {
    templates.simulator.faults.add({ kind: 'lose-answer', path: 'message_templates', times: 1 })
    const { connectionId } = templates
    const draft = {
      connectionId,
      name: 'lost',
      language: 'en',
      category: 'utility',
      components: [{ type: 'BODY', text: 'x' }],
    }
    const answer = await templates.call('POST', PATH, draft)
    expect(answer.status).to.equal(503)
    expect(answer.body).to.include({ code: 'template.vendor-unavailable' })
    await templates.settle()
    expect(await templates.copy('lost')).to.include({ state: 'pending' })
  })

  it('are rendered for other plugins as what a conversation takes', async () => {
    const ref = { kind: 'channel', ...greeting, connectionId: templates.connectionId } as const
    const render = (variables: Record<string, unknown>) =>
      templates.port.render(templates.test.tenantId, ref, variables)
    expect(await render({ 'header.1': 'Ada' })).to.deep.include({
      reason: 'missing-variables',
      missing: ['body.1', 'body.2', 'button.0.1'],
    })
    const filled = await render({ 'header.1': 'Ada', 'body.1': 'cake', 'body.2': 'nine', 'button.0.1': 'x' })
    expect(filled.ok && filled.message).to.deep.include({
      kind: 'channel',
      connectionId: templates.connectionId,
      text: 'Dear Ada\n\nYour cake is ready at nine.\n\nThe bakery',
    })
    templates.simulator.decideTemplate(greeting, { status: 'DISABLED' })
    await templates.settle()
    templates.clock.advance(1_001)
    expect(await render({})).to.include({ reason: 'template-not-sendable', retryable: true })
  })

  describe('in a conversation', () => {
    const components = [
      { type: 'header', parameters: [{ type: 'text', text: 'Ada' }] },
      {
        type: 'body',
        parameters: [
          { type: 'text', text: 'cake' },
          { type: 'text', text: 'nine' },
        ],
      },
      { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'x' }] },
    ]
    const send = async () => {
      const { items } = await templates.body<{ items: { id: string }[] }>('GET', '/api/conversations')
      const template = { ...greeting, components }
      return templates.call('POST', `/api/conversations/${items[0]?.id}/messages`, { template })
    }

    beforeEach(async () => {
      templates.simulator.customer(PHONE).text('Hello?')
      await templates.settle()
    })

    it('are counted when they are queued', async () => {
      expect((await send()).status).to.be.lessThan(300)
      expect((await send()).status).to.be.lessThan(300)
      await templates.settle()
      const { id, usage } = await templates.copy('greeting')
      expect(usage).to.deep.equal({ count: 2, lastUsedAt: templates.clock.now().toISOString() })
      const days = [{ day: '2026-08-03', count: 2 }]
      expect(await templates.body('GET', `${PATH}/${id}/usage`)).to.deep.include({ count: 2, days })
      expect(templates.simulator.customer(PHONE).received).to.have.length(2)
    })

    it('are refused at the gate while the vendor would not take them', async () => {
      templates.simulator.decideTemplate(greeting, { status: 'PAUSED', reason: 'Too many blocked it.' })
      await templates.settle()
      const refused = await send()
      expect(refused.status).to.equal(409)
      expect(refused.body).to.include({
        code: 'inbox.template-not-sendable',
        detail: 'The template greeting (en) is paused: Too many blocked it.',
      })
      templates.simulator.decideTemplate(greeting, { status: 'APPROVED' })
      await templates.settle()
      expect((await send()).status).to.be.lessThan(300)
    })
  })
})
