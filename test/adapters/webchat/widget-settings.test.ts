import { expect } from 'chai'
import { inkOn, widgetSettings, widgetSettingsSchema } from '../../../adapters/webchat/widget-settings.ts'

describe("a connection's widget settings", () => {
  it('have a default for everything, and allow no foreign site', () => {
    const { title, accent, allowedOrigins } = widgetSettings({})
    expect(title).to.not.equal('')
    expect(accent).to.match(/^#[0-9a-f]{6}$/)
    expect(allowedOrigins).to.deep.equal([])
  })

  it('fall back to the default where a stored value does not fit, so that a slip never takes the chat away', () => {
    const { title, accent } = widgetSettings({ title: 'Shop', accent: 'red; }', somethingElse: 1 })
    expect(title).to.equal('Shop')
    expect(accent).to.match(/^#[0-9a-f]{6}$/)
  })

  it('keep exact origins only: nothing that could slip another directive or a wildcard into the policy', () => {
    const given = [
      'https://shop.example',
      'http://127.0.0.1:4000',
      'https://shop.example/path',
      'https://*.example',
      "'self'",
      'https://a.example; script-src *',
      '*',
      7,
    ]
    expect(widgetSettings({ allowedOrigins: given }).allowedOrigins).to.deep.equal([
      'https://shop.example',
      'http://127.0.0.1:4000',
    ])
    expect(widgetSettingsSchema.validate({ allowedOrigins: ['https://shop.example/'] }).error?.message).to.include(
      'exact origin',
    )
  })

  it('give the accent black or white ink, whichever reads better', () => {
    expect(inkOn('#4f46e5')).to.equal('#ffffff')
    expect(inkOn('#000000')).to.equal('#ffffff')
    expect(inkOn('#ffd400')).to.equal('#000000')
    expect(inkOn('#ffffff')).to.equal('#000000')
  })
})
