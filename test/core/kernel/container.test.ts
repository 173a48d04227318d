import { expect } from 'chai'
import { buildBox } from '../../../core/kernel/container.ts'
import { ProviderRegistry } from '../../../core/kernel/providers.ts'
import { defineManyPort, definePort, optional, type Selector } from '../../../core/plugin/port.ts'

const greeter = definePort<{ greet(): string }>('greeter')
const channel = defineManyPort<{ name: string }>('channel')
const logger = definePort<{ owner: string }>('logger')

function setUp() {
  const running = new Set<string>()
  const providers = new ProviderRegistry((id) => running.has(id))
  const kernelPorts = new Map([['logger@1', (pluginId: string) => ({ owner: pluginId })]])
  return { running, providers, kernelPorts }
}

describe("a plugin's box", () => {
  it('holds the declared ports, kernel services bound to the plugin', () => {
    const { providers, kernelPorts } = setUp()
    providers.add('hello', { port: greeter, key: 'hello', value: { greet: () => 'hi' } })
    const box = buildBox('inbox', { greeter, log: logger }, kernelPorts, providers)
    expect((box.greeter as { greet(): string }).greet()).to.equal('hi')
    expect(box.log).to.deep.equal({ owner: 'inbox' })
    expect(Object.keys({ ...box })).to.deep.equal(['greeter', 'log'])
  })

  it('refuses what was not declared, naming it and what was', () => {
    const { providers, kernelPorts } = setUp()
    providers.add('hello', { port: greeter, key: 'hello', value: {} })
    const box = buildBox('inbox', { log: logger }, kernelPorts, providers)
    expect(() => box.greeter).to.throw('plugin inbox used "greeter", which is not in its deps; declared: log')
  })

  it('cannot be written to', () => {
    const { providers, kernelPorts } = setUp()
    const box = buildBox('inbox', {}, kernelPorts, providers) as Record<string, unknown>
    expect(() => {
      box.log = 1
    }).to.throw('tried to set "log"')
  })

  it('gives undefined for an optional port that nobody provides', () => {
    const { providers, kernelPorts } = setUp()
    const box = buildBox('inbox', { greeter: optional(greeter) }, kernelPorts, providers)
    expect(box.greeter).to.equal(undefined)
  })

  it('hands over a selector that shows only providers that run now', () => {
    const { running, providers, kernelPorts } = setUp()
    const box = buildBox('inbox', { channels: channel }, kernelPorts, providers)
    const channels = box.channels as Selector<{ name: string }>
    providers.add('whatsapp', { port: channel, key: 'whatsapp', value: { name: 'WhatsApp' } })
    providers.add('sms', { port: channel, key: 'sms', value: { name: 'SMS' } })
    expect(channels.keys()).to.deep.equal([])
    running.add('whatsapp')
    expect(channels.keys()).to.deep.equal(['whatsapp'])
    expect(channels.byKey('whatsapp')).to.deep.equal({ name: 'WhatsApp' })
    expect(channels.byKey('sms')).to.equal(undefined)
  })
})
