import { expect } from 'chai'
import { systemClock } from '../../../core/clock.ts'
import { Taken } from '../../../core/kernel/contributions.ts'
import { discover, type PluginEntry } from '../../../core/kernel/discover.ts'
import { Lifecycle } from '../../../core/kernel/lifecycle.ts'
import { ProviderRegistry } from '../../../core/kernel/providers.ts'
import type { PluginRecord } from '../../../core/kernel/record.ts'
import { BootReport } from '../../../core/kernel/report.ts'
import { Supervisor } from '../../../core/kernel/supervise.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { DEADLINES, FIXTURES, fixture } from './fixtures.ts'

const KERNEL_PORTS = new Map(
  ['database', 'jobs', 'logger', 'clock', 'tenant-settings'].map((id) => [`${id}@1`, () => ({})]),
)

interface Boot {
  readonly records: readonly PluginRecord[]
  readonly report: BootReport
  readonly lifecycle: Lifecycle
  state(id: string): string
  reason(id: string): string
}

async function boot(entries: readonly PluginEntry[], deadlines: Partial<typeof DEADLINES> = {}): Promise<Boot> {
  const records = discover(entries, FIXTURES, '1.0.0')
  const settings = { failures: 3, rejections: 3, windowMs: 1000, openMs: 1000 }
  const lifecycle = new Lifecycle({
    records,
    deadlines: { ...DEADLINES, ...deadlines },
    supervisor: new Supervisor({ clock: systemClock, log: silentLogger, settings }),
    providers: new ProviderRegistry((id) => records.some((r) => r.id === id && r.state === 'started')),
    log: silentLogger,
  })
  await lifecycle.load()
  lifecycle.link(new Set(KERNEL_PORTS.keys()))
  await lifecycle.register(KERNEL_PORTS, new Taken())
  lifecycle.mount(() => {})
  await lifecycle.start()
  const find = (id: string) => records.find((record) => record.id === id)
  return {
    records,
    report: new BootReport(records),
    lifecycle,
    state: (id) => find(id)?.state ?? 'absent',
    reason: (id) => find(id)?.reason ?? '',
  }
}

const use = (name: string, more: Partial<PluginEntry> = {}): PluginEntry => ({ use: fixture(name), ...more })
const faulty = (fault: string): PluginEntry => use('faulty', { settings: { fault } })

describe('the life of plugins', () => {
  it('goes on for everybody else when one of them cannot be imported, is malformed, or has bad settings', async () => {
    const { state, reason } = await boot([
      use('import-throws'),
      use('not-a-plugin'),
      use('faulty', { settings: { fault: 'unheard-of' } }),
      use('needs-greeter', { settings: { anything: 1 } }),
      use('greeter'),
    ])
    expect(reason('import-throws')).to.equal('import threw: this file cannot be imported')
    expect(reason('not-a-plugin')).to.match(
      /does not export a plugin: .*"apiVersion" must be \[1\].*"register" is required/,
    )
    expect(reason('faulty')).to.match(/its settings are not right: "fault" must be one of/)
    expect(reason('needs-greeter')).to.equal('the configuration has settings for it, and it takes none')
    expect(['import-throws', 'not-a-plugin', 'faulty', 'needs-greeter'].map(state)).to.deep.equal(
      Array(4).fill('failed'),
    )
    expect(state('greeter')).to.equal('started')
  })

  it('ends for one that throws or hangs in register or start, within its deadline', async () => {
    const expected = {
      'register-throws': 'register threw: register is broken',
      'register-hangs': 'register did not finish within 50 ms',
      'start-throws': 'start threw: start is broken',
      'start-hangs': 'start did not finish within 50 ms',
    }
    for (const [fault, why] of Object.entries(expected)) {
      const { state, reason } = await boot([faulty(fault), use('greeter')], { registerMs: 50, startMs: 50 })
      expect([state('faulty'), reason('faulty'), state('greeter')]).to.deep.equal(['failed', why, 'started'])
    }
  })

  it('blocks those who need a port of a plugin that failed, naming it and why', async () => {
    const { state, reason } = await boot([use('needs-greeter'), use('greeter', { settings: { greeting: 7 } })])
    expect(state('greeter')).to.equal('failed')
    expect(state('needs-greeter')).to.equal('blocked')
    expect(reason('needs-greeter')).to.match(/^fixture-greeter@1 comes from greeter, which is failed: its settings/)
  })

  it('blocks those who need a port that nobody provides, naming every one', async () => {
    const { state, reason } = await boot([use('missing-port')])
    expect(state('missing-port')).to.equal('blocked')
    expect(reason('missing-port')).to.equal('nobody provides fixture-nobody@1; nobody provides fixture-no-one@1')
  })

  it('fails all who stand on a cycle, spelling it out, and all who provide a port that may have one provider', async () => {
    const { state, reason } = await boot([
      use('cycle-a'),
      use('cycle-b'),
      use('greeter'),
      use('also-greeter'),
      use('needs-greeter'),
    ])
    expect(reason('cycle-a')).to.equal('dependency cycle cycle-a -> cycle-b -> cycle-a')
    expect(reason('cycle-b')).to.equal('dependency cycle cycle-a -> cycle-b -> cycle-a')
    expect(reason('also-greeter')).to.equal('fixture-greeter@1 may have one provider, and has greeter, also-greeter')
    expect(state('greeter')).to.equal('failed')
    expect(state('needs-greeter')).to.equal('blocked')
  })

  it('starts in the order of the ports, whatever the order of the configuration', async () => {
    const { state } = await boot([use('needs-greeter'), use('greeter')])
    expect([state('needs-greeter'), state('greeter')]).to.deep.equal(['started', 'started'])
  })

  it('refuses contributions as a whole when anything in them is wrong, saying everything', async () => {
    const { state, reason } = await boot([use('bad-contributions')])
    expect(state('bad-contributions')).to.equal('failed')
    expect(reason('bad-contributions'))
      .to.include('route badTwo asks for the permission bad.write, which is not in its manifest')
      .and.include('the route id badOne is there twice')
  })

  it('fails a plugin that uses a port it did not declare', async () => {
    const { reason } = await boot([use('nosy')])
    expect(reason('nosy')).to.equal('plugin nosy used "jobs", which is not in its deps; declared: database')
  })

  it('stops in reverse order, and one that hangs in stop does not keep the others from stopping', async () => {
    const { lifecycle, state, reason } = await boot([faulty('stop-hangs'), use('greeter'), use('needs-greeter')], {
      stopMs: 50,
    })
    await lifecycle.stop()
    expect([state('faulty'), state('greeter'), state('needs-greeter')]).to.deep.equal(['failed', 'stopped', 'stopped'])
    expect(reason('faulty')).to.equal('stop did not finish within 50 ms')
  })
})

describe('the boot report', () => {
  it('is a table of every plugin with its state and why it does not run', async () => {
    const { report } = await boot([use('greeter'), use('nowhere'), use('missing-port')])
    const [header, greeter, nowhere, missing] = report.toString().split('\n')
    expect(header).to.match(/^plugin +version +kind +state +ms +reason$/)
    expect(greeter).to.match(/^greeter +1\.0\.0 +plugin +started +\d+$/)
    expect(nowhere).to.match(/^nowhere +- +- +failed +0 +cannot read the plugin's package at/)
    expect(missing).to.match(/^missing-port +1\.0\.0 +plugin +blocked +\d+ +nobody provides/)
    expect(report.failures.map((entry) => entry.plugin)).to.deep.equal(['nowhere', 'missing-port'])
  })

  it('is the error when a required plugin does not run, even one that failed before it could say that it is required', async () => {
    const { report } = await boot([use('greeter'), use('import-throws', { required: true })])
    expect(() => report.assertRequired())
      .to.throw('required plugins do not run: import-throws (failed: import threw: this file cannot be imported)')
      .and.satisfies((error: Error) => /greeter +1\.0\.0 +plugin +started/.test(error.message))
    expect(() => new BootReport([]).assertRequired()).not.to.throw()
  })
})
