import { type ChannelTemplate, outboundContentSchema } from '@parley/core'
import { expect } from 'chai'
import { fillTemplate } from '../../../../adapters/whatsapp/templates/fill.ts'
import { slotsOf } from '../../../../adapters/whatsapp/templates/slots.ts'

const template = (...components: readonly object[]): ChannelTemplate => ({
  externalId: '1',
  name: 't',
  language: 'de',
  category: 'utility',
  status: 'approved',
  components,
})
const keys = (...components: readonly object[]) => slotsOf(components).slots.map(({ key }) => key)

describe("filling WhatsApp's templates", () => {
  it('names a parameter by the name that the template gives it', () => {
    const named = template({
      type: 'BODY',
      text: '{{first_name}}, {{ day }}; {{first_name}}',
      example: { body_text_named_params: [{ param_name: 'day', example: 'Montag' }] },
    })
    expect(slotsOf(named.components).slots.map(({ key, example }) => [key, example])).to.deep.equal([
      ['body.first_name', undefined],
      ['body.day', 'Montag'],
    ])
    const { content, shown } = fillTemplate(named, { 'body.first_name': 'Ada', 'body.day': 3 })
    expect(content?.components).to.deep.equal([
      {
        type: 'body',
        parameters: [
          { type: 'text', parameter_name: 'first_name', text: 'Ada' },
          { type: 'text', parameter_name: 'day', text: '3' },
        ],
      },
    ])
    expect(shown.body).to.equal('Ada, 3; Ada')
  })

  it('takes a file by its address or its id, and a place', () => {
    for (const format of ['IMAGE', 'VIDEO', 'DOCUMENT']) {
      const type = format.toLowerCase()
      const one = template({ type: 'HEADER', format }, { type: 'BODY', text: 'x' })
      expect(fillTemplate(one, {})).to.deep.include({ missing: [`header.${type}`] })
      const link = 'https://example.org/a'
      expect(fillTemplate(one, { [`header.${type}`]: link }).content?.components).to.deep.equal([
        { type: 'header', parameters: [{ type, [type]: { link } }] },
      ])
      const byId = fillTemplate(one, { [`header.${type}`]: { id: '7', filename: 'a.pdf' } })
      expect(byId.content?.components?.[0]?.parameters).to.deep.equal([
        { type, [type]: { id: '7', filename: 'a.pdf' } },
      ])
      expect(byId.shown).to.include({ header: `[${type}]`, body: 'x' })
    }
    const place = template({ type: 'HEADER', format: 'LOCATION' })
    const location = { latitude: 1, longitude: 2 }
    expect(fillTemplate(place, { 'header.location': 'here' }).missing).to.deep.equal(['header.location'])
    expect(fillTemplate(place, { 'header.location': location }).content?.components?.[0]?.parameters).to.deep.equal([
      { type: 'location', location },
    ])
  })

  it('fills what buttons need, each by its place', () => {
    const buttons = template({
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Yes' },
        { type: 'URL', text: 'Plain', url: 'https://example.org' },
        { type: 'URL', text: 'Track', url: 'https://example.org/{{1}}' },
        { type: 'COPY_CODE', text: 'Copy' },
        { type: 'FLOW', text: 'Book' },
        { type: 'PHONE_NUMBER', text: 'Call' },
      ],
    })
    expect(keys(...(buttons.components as object[]))).to.deep.equal([
      'button.0.payload',
      'button.2.1',
      'button.3.coupon_code',
      'button.4.flow_token',
    ])
    const { content, missing, shown } = fillTemplate(buttons, { 'button.2.1': 'a/7', 'button.3.coupon_code': 'TEN' })
    expect(missing).to.deep.equal([])
    expect(content?.components).to.deep.equal([
      { type: 'button', sub_type: 'url', index: '2', parameters: [{ type: 'text', text: 'a/7' }] },
      { type: 'button', sub_type: 'copy_code', index: '3', parameters: [{ type: 'coupon_code', coupon_code: 'TEN' }] },
      {
        ...{ type: 'button', sub_type: 'flow', index: '4' },
        parameters: [{ type: 'action', action: { flow_token: 'unused' } }],
      },
    ])
    expect(shown.buttons).to.deep.equal(['Yes', 'Plain', 'Track', 'Copy', 'Book', 'Call'])
    const chosen = fillTemplate(buttons, { 'button.0.payload': 'yes', 'button.2.1': 'x', 'button.3.coupon_code': 'y' })
    expect(chosen.content?.components?.[0]?.parameters).to.deep.equal([{ type: 'payload', payload: 'yes' }])
  })

  it('passes typed values on, and shows their words', () => {
    const price = { type: 'currency', currency: { fallback_value: '€5', code: 'EUR', amount_1000: 5000 } }
    const { content, shown } = fillTemplate(template({ type: 'BODY', text: 'Only {{1}}' }), { 'body.1': price })
    expect(content?.components?.[0]?.parameters).to.deep.equal([price])
    expect(shown.body).to.equal('Only €5')
  })

  it('says what it cannot fill by key, and sends nothing half', () => {
    const carousel = fillTemplate(template({ type: 'BODY', text: 'x' }, { type: 'CAROUSEL', cards: [] }), {})
    expect(carousel.unsupported).to.deep.equal(['carousel'])
    expect(carousel).not.to.have.property('content')
    const products = fillTemplate(template({ type: 'BUTTONS', buttons: [{ type: 'MPM', text: 'See' }] }), {})
    expect(products.unsupported).to.deep.equal(['mpm'])
  })

  it('makes what a conversation takes', () => {
    const { content } = fillTemplate(template({ type: 'BODY', text: '{{1}}' }, { type: 'FOOTER', text: '{{no}}' }), {
      'body.1': 'x',
    })
    expect(outboundContentSchema.validate(content).error).to.equal(undefined)
    expect(fillTemplate(template({ type: 'BODY', text: 'x' }), {}).content).not.to.have.property('components')
  })
})
