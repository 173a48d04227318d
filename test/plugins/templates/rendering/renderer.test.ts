import { expect } from 'chai'
import type { DeclaredVariable } from '../../../../plugins/templates/models/template.ts'
import { Renderer, type Written } from '../../../../plugins/templates/rendering/renderer.ts'
import { settingsSchema } from '../../../../plugins/templates/settings.ts'

const { value: settings } = settingsSchema.validate({})

const sms = (text: string, variables: readonly DeclaredVariable[] = []): Written => ({ kind: 'sms', text, variables })

describe('rendering templates', () => {
  const renderer = new Renderer(settings)
  const render = (written: Written, variables = {}) => renderer.render(written, JSON.stringify(written), variables)
  const textOf = (text: string, variables = {}) => {
    const result = render(sms(text), variables)
    return result.ok ? result.message.text : result
  }
  const fieldsOf = (written: Written) => {
    const result = renderer.compile(written)
    return result.ok ? renderer.fields(result.compiled) : result
  }

  it('fills variables, nested or under their whole names', () => {
    expect(textOf('Hi {{ customer.name }}', { customer: { name: 'Ada' } })).to.equal('Hi Ada')
    expect(textOf('Hi {{ customer.name }}', { 'customer.name': 'Ada' })).to.equal('Hi Ada')
    expect(
      textOf('{% for item in order.items %}{{ item.name }};{% endfor %}', { order: { items: [{ name: 'Rye' }] } }),
    ).to.equal('Rye;')
  })

  it('names every missing variable at once, by its whole name; blank is missing, too', () => {
    const text = 'Hi {{ customer.name }}, {{ booking.date }} at {{ booking.time }}'
    expect(textOf(text, { booking: { date: '5 May', time: ' ' } })).to.deep.equal({
      ok: false,
      missing: ['customer.name', 'booking.time'],
      detail: 'These variables are missing: customer.name, booking.time.',
    })
  })

  it('does without what stands before `default`, in a condition, or in a branch that is not taken', () => {
    expect(textOf('Hi {{ customer.name | default: "there" }}')).to.equal('Hi there')
    expect(textOf('{% if vip %}Code {{ code }}{% else %}Hello{% endif %}')).to.equal('Hello')
    expect(textOf('{% if vip %}Code {{ code }}{% endif %}', { vip: true })).to.deep.include({ missing: ['code'] })
    const missing = textOf('{% for i in items %}{{ i.name }}{% endfor %}', { items: [{ name: 'a' }, { size: 1 }] })
    expect(missing).to.deep.include({ missing: ['i.name'] })
  })

  it('follows what the author says: a default, an optional one, one that is required all the same', () => {
    const text = '{{ a }}|{{ b }}|{{ c | default: "x" }}'
    const declared = [
      { name: 'a', default: 'A' },
      { name: 'b', required: false },
      { name: 'c', required: true },
    ]
    expect(render(sms(text, declared), { c: 'C' })).to.deep.include({ ok: true })
    expect(render(sms(text, declared), {})).to.deep.include({ ok: false, missing: ['c'] })
    expect(fieldsOf(sms(text, declared))).to.deep.equal([
      { name: 'a', required: false },
      { name: 'b', required: false },
      { name: 'c', required: true },
    ])
  })

  it('finds the variables by reading the text', () => {
    const text =
      '{{ a.b }}{% assign k = c %}{{ k }}{% for i in items %}{{ i.x }}{% endfor %}{% if d %}{{ e }}{% endif %}{{ f[0].g }}'
    expect(fieldsOf(sms(text))).to.deep.equal([
      { name: 'a.b', required: true },
      { name: 'c', required: true },
      { name: 'items', required: true },
      { name: 'd', required: false },
      { name: 'e', required: false },
      { name: 'f', required: true },
    ])
  })

  describe('in HTML', () => {
    const html = (source: string, variables = {}) => {
      const result = render({ kind: 'email', subject: 's', html: source, variables: [] }, variables)
      return result.ok && 'html' in result.message ? result.message.html : result
    }

    it('escapes every value, once, and nothing switches that off', () => {
      const x = '<b>"Tom" & \'Co\'</b>'
      const escaped = '&lt;b&gt;&#34;Tom&#34; &amp; &#39;Co&#39;&lt;/b&gt;'
      expect(html('<i title="{{ x }}">{{ x }}</i>', { x })).to.equal(`<i title="${escaped}">${escaped}</i>`)
      expect(html('{{ x | escape }}', { x })).to.equal(escaped)
      expect(html('{% assign y = x | append: "<u>" %}{{ y }}', { x: '<' })).to.equal('&lt;&lt;u&gt;')
      expect(html('{{ x | newline_to_br }}', { x: '<\n>' })).to.equal('&lt;<br>\n&gt;')
      expect(html('{{ x | raw }}', { x })).to.deep.include({ detail: 'html: undefined filter: raw, line:1, col:1' })
    })

    it('says the same in plain text, unless the author wrote one', () => {
      const source = '<h1>Hi {{ x }}</h1><p>See <a href="https://example.org/a">here</a>.</p>'
      const mail = { kind: 'email', subject: 'To\n{{ x }}', html: source, variables: [] } as const
      const one = render(mail, { x: 'A & B' })
      expect(one).to.deep.include({ ok: true })
      expect(one.ok && one.message).to.include({
        subject: 'To A & B',
        text: 'Hi A & B\n\nSee here [https://example.org/a].',
      })
      const two = render({ ...mail, text: 'Own words, {{ x }}' }, { x: '<' })
      expect(two.ok && two.message.text).to.equal('Own words, <')
    })
  })

  it('reads no file and no other template, and no property that is not an own one', () => {
    for (const tag of ['include', 'render', 'layout'])
      expect(textOf(`{% ${tag} "../package.json" %}`)).to.deep.include({ ok: false, missing: [] })
    expect(textOf('{{ x.constructor }}', { x: { y: 1 } })).to.deep.include({ missing: ['x.constructor'] })
    expect(textOf('{{ __proto__.polluted }}', { a: 1 })).to.deep.include({ missing: ['__proto__.polluted'] })
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined)
  })

  it('ends a text that asks for too much, and says so', () => {
    const endless = (text: string, variables = {}) => textOf(text, variables) as { ok: boolean; detail: string }
    expect(endless('{% for i in (1..900000000) %}a{% endfor %}').detail).to.contain('memory')
    expect(endless('{% for i in (1..900000) %}{{ i }}{{ i }}{% endfor %}').detail).to.match(/limit/)
  })

  it('refuses what is no template, with the place of the fault', () => {
    const bad = renderer.compile(sms('Hi {{ name | shout }}'))
    expect(bad).to.deep.equal({ ok: false, part: 'text', detail: 'undefined filter: shout, line:1, col:4' })
    expect(renderer.compile(sms('{% if a %}')).ok).to.equal(false)
  })

  it('counts the parts of an SMS', () => {
    const parts = (text: string) => {
      const result = render(sms(text))
      if (!result.ok || !('sms' in result.message)) return undefined
      const { encoding, segments, characters, nonGsmCharacters } = result.message.sms
      return [encoding, segments, characters, nonGsmCharacters]
    }
    expect(parts('a'.repeat(160))).to.deep.equal(['GSM-7', 1, 160, []])
    expect(parts('a'.repeat(161))).to.deep.equal(['GSM-7', 2, 161, []])
    expect(parts('a'.repeat(306))).to.deep.equal(['GSM-7', 2, 306, []])
    expect(parts('€'.repeat(80))).to.deep.equal(['GSM-7', 1, 80, []])
    expect(parts('€'.repeat(81))).to.deep.equal(['GSM-7', 2, 81, []])
    expect(parts('я'.repeat(70))).to.deep.equal(['UCS-2', 1, 70, ['я']])
    expect(parts(`${'a'.repeat(70)}ş`)).to.deep.equal(['UCS-2', 2, 71, ['ş']])
    expect(parts('Hi 👩‍👩‍👧')?.slice(0, 3)).to.deep.equal(['UCS-2', 1, 4])
  })

  it('shows a preview with what is missing by its example or its name', () => {
    const result = renderer.compile(sms('{{ a.b }} {{ c }}', [{ name: 'c', example: 'see' }]))
    if (!result.ok) throw new Error(result.detail)
    const preview = renderer.preview(result.compiled, 'sms', {})
    expect(preview).to.deep.include({ ok: true, missing: ['a.b', 'c'] })
    expect(preview.ok && preview.message.text).to.equal('[a.b] see')
  })
})
