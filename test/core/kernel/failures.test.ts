import { expect } from 'chai'
import type { PluginEntry } from '../../../core/kernel/discover.ts'
import { startTestKernel, type TestKernel, type TestKernelOptions } from '../../../core/testing/start-test-kernel.ts'
import { eventually } from './eventually.ts'
import { fixture, unreadablePackage } from './fixtures.ts'

type Item = Readonly<Record<string, unknown>>

const GREETER = fixture('greeter')
const faulty = (fault: string): PluginEntry => ({ use: fixture('faulty'), settings: { fault } })

async function withKernel(options: TestKernelOptions, test: (kernel: TestKernel) => Promise<void>): Promise<void> {
  const kernel = await startTestKernel(options)
  try {
    await test(kernel)
  } finally {
    await kernel.stop()
  }
}

async function items({ inject }: TestKernel, url: string): Promise<readonly Item[]> {
  const answer = await inject({ url })
  expect(answer.status, answer.text).to.equal(200)
  return (answer.body as { items: readonly Item[] }).items
}

async function plugin(kernel: TestKernel, id: string): Promise<Item> {
  const found = (await items(kernel, '/api/admin/plugins')).find((one) => one.id === id)
  if (found === undefined) throw new Error(`/api/admin/plugins does not name ${id}`)
  return found
}

/** The rest goes on: a route, an event handler and a job of another plugin do their work. */
async function expectGreeterWorks(kernel: TestKernel): Promise<void> {
  const greeted = await kernel.inject({ method: 'POST', url: '/api/greeter/Ann' })
  expect(greeted.body).to.deep.equal({ text: 'Hello Ann!' })
  await kernel.drain()
  expect((await kernel.inject({ url: '/api/greeter' })).body).to.deep.equal({ events: 1, jobs: 1 })
  expect(await plugin(kernel, 'greeter')).to.include({ state: 'started', reason: '', enabled: true })
}

describe('a plugin that fails to load or start', function () {
  this.timeout(30_000)

  const rows: readonly { row: string; entry: PluginEntry; id: string; why: RegExp; env?: Record<string, string> }[] = [
    {
      row: 'is made for another kernel',
      entry: { use: fixture('future-kernel') },
      id: 'future-kernel',
      why: /made for kernel \^99\.0\.0/,
    },
    {
      row: 'has bad settings',
      entry: faulty('unheard-of'),
      id: 'faulty',
      why: /its settings are not right: "fault" must be one of/,
    },
    {
      row: 'throws when it is imported',
      entry: { use: fixture('import-throws') },
      id: 'import-throws',
      why: /this file cannot be imported/,
    },
    {
      row: 'does not export a plugin',
      entry: { use: fixture('not-a-plugin') },
      id: 'not-a-plugin',
      why: /"apiVersion" must be \[1\]/,
    },
    { row: 'throws in register', entry: faulty('register-throws'), id: 'faulty', why: /register is broken/ },
    {
      row: 'hangs in register',
      entry: faulty('register-hangs'),
      id: 'faulty',
      why: /register did not finish within 50 ms/,
      env: { PLUGIN_REGISTER_DEADLINE_MS: '50' },
    },
    {
      row: 'returns contributions that are not right',
      entry: { use: fixture('bad-contributions') },
      id: 'bad-contributions',
      why: /the route id badOne is there twice/,
    },
    { row: 'throws in start', entry: faulty('start-throws'), id: 'faulty', why: /start is broken/ },
    {
      row: 'hangs in start',
      entry: faulty('start-hangs'),
      id: 'faulty',
      why: /start did not finish within 50 ms/,
      env: { PLUGIN_START_DEADLINE_MS: '50' },
    },
  ]

  for (const { row, entry, id, why, env = {} } of rows) {
    it(`costs nobody else anything, and is named with the reason, when it ${row}`, async () => {
      await withKernel({ plugins: [entry, GREETER], env }, async (kernel) => {
        const broken = await plugin(kernel, id)
        expect(broken).to.include({ state: 'failed', enabled: false, health: null })
        expect(broken.reason).to.match(why)
        await expectGreeterWorks(kernel)
      })
    })
  }

  it('costs nobody else anything when its package.json cannot be read', async () => {
    const unreadable = unreadablePackage()
    await withKernel({ plugins: [unreadable.use, GREETER] }, async (kernel) => {
      expect(await plugin(kernel, unreadable.id)).to.include({ state: 'failed', version: null, kind: null })
      await expectGreeterWorks(kernel)
    })
    await unreadable.remove()
  })

  it('leaves no route behind: what was mounted before start failed is not there', async () => {
    await withKernel({ plugins: [faulty('start-throws')] }, async (kernel) => {
      expect((await kernel.inject({ method: 'POST', url: '/api/faulty/float' })).status).to.equal(404)
    })
  })

  it('blocks those who need what it provides, naming it', async () => {
    const broken = { use: GREETER, settings: { greeting: 7 } }
    await withKernel({ plugins: [fixture('needs-greeter'), broken] }, async (kernel) => {
      const blocked = await plugin(kernel, 'needs-greeter')
      expect(blocked.state).to.equal('blocked')
      expect(blocked.reason).to.match(/fixture-greeter@1 comes from greeter, which is failed/)
      expect((await kernel.inject({ url: '/api/needs-greeter' })).status).to.equal(404)
    })
  })

  it('aborts the boot with the whole report when it is required', async () => {
    const boot = startTestKernel({ plugins: [GREETER, { ...faulty('start-throws'), required: true }] })
    const error = await boot.then(
      () => new Error('it booted'),
      (thrown) => thrown,
    )
    expect(error).to.include({ code: 'boot.required-plugin-failed' })
    expect(error.message)
      .to.include('required plugins do not run: faulty (failed: start threw: start is broken)')
      .and.match(/greeter +1\.0\.0 +plugin +started/)
  })
})

describe('a plugin that fails at work', function () {
  this.timeout(30_000)

  const poke = (kernel: TestKernel, n = 1) => kernel.inject({ method: 'POST', url: `/api/faulty/poke/${n}` })

  for (const [fault, code, message] of [
    ['handler-throws', '', 'handler is broken'],
    ['handler-hangs', 'handler.timeout', 'did not finish a batch within 100 ms'],
  ] as const) {
    it(`has its event dead-lettered after its tries, and the rest goes on: ${fault}`, async () => {
      await withKernel({ plugins: [faulty(fault), GREETER] }, async (kernel) => {
        await poke(kernel)
        await expectGreeterWorks(kernel)
        const letter = await eventually(async () => (await items(kernel, '/api/admin/dead-letters')).at(0))
        expect(letter).to.include({ group: 'faulty.react', type: 'fixture.poked.v1', attempts: 2 })
        const [error] = letter.error as readonly { code: string; message: string }[]
        expect(error?.code).to.equal(code)
        expect(error?.message).to.include(message)
        expect(await plugin(kernel, 'faulty')).to.include({ state: 'started' })
      })
    })
  }

  for (const [fault, why] of [
    ['job-throws', /job is broken/],
    ['job-hangs', /did not finish within 100 ms/],
  ] as const) {
    it(`has its job dead-lettered after its tries, and the rest goes on: ${fault}`, async () => {
      await withKernel({ plugins: [faulty(fault), GREETER] }, async (kernel) => {
        await poke(kernel)
        const job = await eventually(async () => (await items(kernel, '/api/admin/dead-jobs')).at(0))
        expect(job).to.include({ plugin: 'faulty', job: 'work' })
        expect(job.reason).to.match(why)
        await expectGreeterWorks(kernel)
      })
    })
  }

  it('is paused for the tenant it fails for, seen by its admin, and goes on for others', async () => {
    const env = { BREAKER_FAILURES: '2', BREAKER_OPEN_MS: '60000' }
    await withKernel({ plugins: [faulty('handler-throws')], env }, async (kernel) => {
      for (const n of [1, 2, 3]) await poke(kernel, n)
      const paused = await eventually(
        async () => (await plugin(kernel, 'faulty')).paused as readonly string[],
        (list) => list.length > 0,
      )
      expect(paused).to.deep.equal(['react'])
      const other = await kernel.createTenant('other')
      const seen = await kernel.inject({ url: '/api/admin/plugins', as: other })
      expect((seen.body as { items: readonly Item[] }).items[0]?.paused).to.deep.equal([])
    })
  })

  it('is reported unhealthy when its health check hangs, and the report is not held up', async () => {
    const env = { PLUGIN_HEALTH_DEADLINE_MS: '50' }
    await withKernel({ plugins: [faulty('health-hangs'), GREETER], env }, async (kernel) => {
      const { health } = await plugin(kernel, 'faulty')
      expect(health).to.deep.equal({ ok: false, detail: 'health did not finish within 50 ms' })
      expect((await plugin(kernel, 'greeter')).health).to.deep.equal({ ok: true, detail: 'cheerful' })
    })
  })
})
