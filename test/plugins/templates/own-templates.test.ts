import { expect } from 'chai'
import { TemplatesKernel } from './templates-kernel.ts'

interface Own {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly fields: readonly { name: string; required: boolean }[]
  readonly usage: { readonly count: number; readonly lastUsedAt: string | null }
}

const KINDS = [
  {
    path: '/api/email-templates',
    words: { subject: 'Hi {{ customer.name }}', html: '<p>{{ booking.day }} & {{ note | default: "-" }}</p>' },
    other: { subject: 'Bye', text: 'Bye {{ customer.name }}' },
    shown: { subject: 'Hi Ada', html: '<p>[booking.day] & -</p>', text: '[booking.day] & -' },
    broken: { subject: 'x', html: '{{ a | shout }}' },
    field: 'html',
    fields: [
      { name: 'customer.name', required: true },
      { name: 'booking.day', required: true },
      { name: 'note', required: false },
    ],
  },
  {
    path: '/api/sms-templates',
    words: { body: 'Hi {{ customer.name }}: {{ booking.day }}' },
    other: { body: 'Bye {{ customer.name }}' },
    shown: {
      text: 'Hi Ada: [booking.day]',
      sms: { encoding: 'GSM-7', segments: 1, characters: 21, nonGsmCharacters: [] },
    },
    broken: { body: '{% if a %}' },
    field: 'body',
    fields: [
      { name: 'customer.name', required: true },
      { name: 'booking.day', required: true },
    ],
  },
] as const

describe('email and SMS templates', function () {
  this.timeout(60_000)
  let templates: TemplatesKernel

  before(async () => {
    templates = await TemplatesKernel.start()
  })
  after(() => templates.stop())

  for (const { path, words, other, shown, broken, field, fields } of KINDS) {
    describe(path, () => {
      const create = (name: string, more: object = {}) => templates.body<Own>('POST', path, { name, ...words, ...more })

      it('writes, reads, lists, replaces and deletes', async () => {
        const made = await create('Booking reminder', { category: 'bookings' })
        expect(made).to.deep.include({
          ...words,
          language: 'en',
          category: 'bookings',
          archived: false,
          version: 1,
          fields,
        })
        expect(await templates.body('GET', `${path}/${made.id}`)).to.deep.equal(made)
        const ids = async (query: string) =>
          (await templates.body<{ items: Own[] }>('GET', `${path}${query}`)).items.map(({ id }) => id)
        expect(await ids('?q=REMIND')).to.deep.equal([made.id])
        expect(await ids('?q=%25')).to.deep.equal([])
        expect(await ids('?category=bookings&language=en')).to.deep.equal([made.id])
        expect(await ids('?language=de')).to.deep.equal([])
        const replaced = await templates.body<Own>('PUT', `${path}/${made.id}`, { name: 'Farewell', ...other })
        expect(replaced).to.deep.include({ name: 'Farewell', ...other, category: null, version: 2 })
        expect(replaced.fields.map((one) => one.name)).to.deep.equal(['customer.name'])
        expect((await templates.call('DELETE', `${path}/${made.id}`)).status).to.equal(204)
        expect((await templates.call('GET', `${path}/${made.id}`)).body).to.include({ code: 'template.not-found' })
        expect((await templates.call('DELETE', `${path}/${made.id}`)).status).to.equal(404)
      })

      it('keeps names unique for each language, and copies under a free one', async () => {
        const made = await create('Welcome')
        const again = await templates.call('POST', path, { name: 'Welcome', ...words })
        expect([again.status, again.body]).to.deep.include(409)
        expect(again.body).to.include({ code: 'template.name-taken' })
        const german = await create('Welcome', { language: 'de' })
        const renamed = await templates.call('PUT', `${path}/${german.id}`, {
          name: 'Welcome',
          language: 'en',
          ...words,
        })
        expect(renamed.status).to.equal(409)
        const duplicate = (payload: object) => templates.body<Own>('POST', `${path}/${made.id}/duplicate`, payload)
        expect(await duplicate({})).to.deep.include({ ...words, name: 'Welcome (copy)', version: 1, fields })
        expect(await duplicate({})).to.include({ name: 'Welcome (copy 2)' })
        expect(await duplicate({ language: 'fr' })).to.include({ name: 'Welcome', language: 'fr' })
        const taken = await templates.call('POST', `${path}/${made.id}/duplicate`, { language: 'de' })
        expect(taken.body).to.include({ code: 'template.name-taken' })
      })

      it('pages through a list by name without a gap', async () => {
        const seen: string[] = []
        let next: string | null = null
        do {
          const url: string = `${path}?limit=2${next === null ? '' : `&cursor=${next}`}`
          const page: { items: Own[]; next: string | null } = await templates.body('GET', url)
          seen.push(...page.items.map((one) => one.id))
          next = page.next
        } while (next !== null)
        const all = await templates.body<{ items: Own[] }>('GET', `${path}?limit=200`)
        expect(seen).to.deep.equal(all.items.map((one) => one.id))
        expect(seen.length).to.be.greaterThan(2)
      })

      it('does not overwrite what somebody else changed meanwhile', async () => {
        const { id, version } = await create('Shared')
        const put = (more: object) => templates.call('PUT', `${path}/${id}`, { name: 'Shared', ...words, ...more })
        expect((await put({ version })).body).to.include({ version: version + 1 })
        const late = await put({ version })
        expect(late.status).to.equal(409)
        expect(late.body).to.deep.include({ code: 'template.changed-since', version: version + 1 })
        expect((await put({})).status).to.equal(200)
      })

      it('shows a preview, of the stored words or of a draft, and names what is missing', async () => {
        const { id } = await create('Preview')
        const preview = (payload: object) => templates.call('POST', `${path}/${id}/preview`, payload)
        const first = await preview({ variables: { customer: { name: 'Ada' } } })
        expect(first.body).to.deep.equal({ ...shown, missing: ['booking.day'] })
        const draft = await preview({ variables: { customer: { name: 'Ada' } }, draft: other })
        expect(draft.body).to.deep.include({ text: 'Bye Ada', missing: [] })
        expect((await preview({ draft: broken })).status).to.equal(422)
        expect((await templates.call('GET', `${path}/${id}/usage`)).body).to.deep.include({ count: 0, days: [] })
      })

      it('refuses a text that is no template, and names the field', async () => {
        const answer = await templates.call('POST', path, { name: 'Broken', ...broken })
        expect(answer.status).to.equal(422)
        expect((answer.body as { errors: { field: string }[] }).errors[0]?.field).to.equal(field)
      })

      it('stands in the audit log: who wrote, changed and deleted it, without its words', async () => {
        const { id } = await create('Audited')
        await templates.body('PUT', `${path}/${id}`, { name: 'Audited', ...other, archived: true })
        await templates.call('DELETE', `${path}/${id}`)
        const { items } = await templates.body<{ items: { action: string; target: { id: string } }[] }>(
          'GET',
          '/api/admin/audit',
        )
        const mine = items.filter(({ target }) => target.id === id)
        expect(mine.map(({ action }) => action).reverse()).to.deep.equal([
          'template.created',
          'template.changed',
          'template.deleted',
        ])
        expect(JSON.stringify(mine)).not.to.contain('Bye')
      })

      it('belongs to its tenant alone', async () => {
        const { id } = await create('Private')
        const stranger = await templates.test.createTenant('stranger')
        expect((await templates.call('GET', `${path}/${id}`, undefined, stranger)).status).to.equal(404)
        expect((await templates.call('GET', path, undefined, stranger)).body).to.deep.include({ items: [] })
        const reader = await templates.test.createTenant('demo', { scopes: ['templates.read'] })
        expect((await templates.call('GET', `${path}/${id}`, undefined, reader)).status).to.equal(200)
        expect((await templates.call('DELETE', `${path}/${id}`, undefined, reader)).status).to.equal(403)
      })
    })
  }

  describe('for other plugins', () => {
    const sms = (name: string, body: string, more: object = {}) =>
      templates.body<Own>('POST', '/api/sms-templates', { name, body, ...more })
    const render = (ref: Parameters<TemplatesKernel['port']['render']>[1], variables: object = {}) =>
      templates.port.render(templates.test.tenantId, ref, variables as Record<string, unknown>)

    it('renders by id or by name, in the nearest language', async () => {
      const { id } = await sms('Port', 'Hi {{ name }}')
      await sms('Port', 'Hallo {{ name }}', { language: 'de' })
      const byId = await render({ id }, { name: 'Ada' })
      expect(byId).to.deep.include({ ok: true, templateId: id })
      const text = async (language: string) => {
        const result = await render({ kind: 'sms', name: 'Port', language }, { name: 'Ada' })
        return result.ok ? result.message.text : result.reason
      }
      expect(await text('de')).to.equal('Hallo Ada')
      expect(await text('de_AT')).to.equal('Hallo Ada')
      expect(await text('fr')).to.equal('template-not-found')
    })

    it('names what is missing as a value, and what is archived', async () => {
      const { id } = await sms('Needs', '{{ a }} {{ b.c }}')
      expect(await render({ id })).to.deep.include({ ok: false, reason: 'missing-variables', missing: ['a', 'b.c'] })
      await templates.body('PUT', `/api/sms-templates/${id}`, { name: 'Needs', body: 'x', archived: true })
      expect(await render({ id })).to.include({ ok: false, reason: 'template-archived' })
      const archived = await templates.body<{ items: Own[] }>('GET', '/api/sms-templates?archived=true')
      expect(archived.items.map((one) => one.id)).to.deep.equal([id])
    })

    it('sees a change of this process at once', async () => {
      const { id } = await sms('Changing', 'one')
      expect(await render({ id })).to.deep.include({ ok: true })
      await templates.body('PUT', `/api/sms-templates/${id}`, { name: 'Changing', body: 'two' })
      const result = await render({ id })
      expect(result.ok && result.message.text).to.equal('two')
    })

    it('counts what others say they used, by day', async () => {
      const { id } = await sms('Counted', 'x')
      const use = (count: number) =>
        templates.test.kernel.database.transaction(templates.test.tenantId, async (uow) => {
          templates.port.used(uow, [{ templateId: id, count }, { templateId: id }])
        })
      await use(3)
      templates.clock.advance(86_400_000)
      await use(1)
      await templates.test.drain()
      const usage = await templates.body('GET', `/api/sms-templates/${id}/usage`)
      expect(usage).to.deep.equal({
        templateId: id,
        count: 6,
        lastUsedAt: templates.clock.now().toISOString(),
        days: [
          { day: '2026-08-03', count: 4 },
          { day: '2026-08-04', count: 2 },
        ],
      })
      const one = await templates.body<Own>('GET', `/api/sms-templates/${id}`)
      expect([one.usage.count, one.version]).to.deep.equal([6, 1])
    })
  })
})
