import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { Supervisor } from '../../../core/kernel/supervise.ts'
import { UnavailableError } from '../../../core/plugin/errors.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'

function setUp() {
  const clock = new TestClock()
  const floated: string[] = []
  const settings = { failures: 2, rejections: 3, windowMs: 1000, openMs: 5000 }
  const supervisor = new Supervisor({ clock, log: silentLogger, settings, onFloating: (id) => floated.push(id) })
  return { clock, floated, supervisor }
}

const broken = () => Promise.reject(new Error('broken'))
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error) => error,
  )

describe('the supervisor', () => {
  it('knows whose code runs, also after a timer and in what nobody waits for', async () => {
    const { supervisor } = setUp()
    expect(supervisor.owner()).to.equal('parley')
    const owners = await supervisor.enter('inbox', async () => {
      await delay(1)
      return [supervisor.owner(), await supervisor.enter('leads', async () => supervisor.owner()), supervisor.owner()]
    })
    expect(owners).to.deep.equal(['inbox', 'leads', 'inbox'])
  })

  it('pauses a handler for the tenant it keeps failing for, and for no other', async () => {
    const { supervisor, clock } = setUp()
    for (let i = 0; i < 2; i += 1) await failure(supervisor.guard('inbox', 'store', 'here', broken))
    const refused = await failure(supervisor.guard('inbox', 'store', 'here', async () => 'ran'))
    expect(refused)
      .to.be.instanceOf(UnavailableError)
      .and.include({ code: 'plugin.circuit-open', retryAfterSeconds: 5 })
    expect(await supervisor.guard('inbox', 'store', 'there', async () => 'ran')).to.equal('ran')
    expect(supervisor.openCircuits()).to.deep.equal(['inbox/store/here'])
    clock.advance(5000)
    expect(await supervisor.guard('inbox', 'store', 'here', async () => 'ran')).to.equal('ran')
  })

  it('does not blame a handler for an outage', async () => {
    const { supervisor } = setUp()
    const outage = () => Promise.reject(new UnavailableError('database.unavailable', 'gone'))
    for (let i = 0; i < 5; i += 1) await failure(supervisor.guard('inbox', 'store', 'here', outage))
    expect(supervisor.openCircuits()).to.deep.equal([])
  })

  it('counts one event that fails again and again as one failure', async () => {
    const { supervisor } = setUp()
    await failure(supervisor.guard('inbox', 'store', 'here', broken))
    for (let i = 0; i < 5; i += 1) await failure(supervisor.guard('inbox', 'store', 'here', broken, { isRetry: true }))
    expect(supervisor.openCircuits()).to.deep.equal([])
    await failure(supervisor.guard('inbox', 'store', 'here', broken))
    expect(supervisor.openCircuits()).to.deep.equal(['inbox/store/here'])
  })

  it('counts a handler that does not end by its deadline as failed', async () => {
    const { supervisor } = setUp()
    const hanging = () =>
      supervisor.guard('inbox', 'store', 'here', () => new Promise(() => {}), { signal: AbortSignal.timeout(1) })
    const keepAlive = setTimeout(() => {}, 5000)
    for (let i = 0; i < 2; i += 1) await failure(hanging())
    clearTimeout(keepAlive)
    expect(supervisor.openCircuits()).to.deep.equal(['inbox/store/here'])
  })

  it('counts rejections that nobody caught, and pauses a plugin that makes a habit of them', () => {
    const { supervisor, clock, floated } = setUp()
    supervisor.floating('inbox', new Error('one'))
    supervisor.floating('inbox', new Error('two'))
    clock.advance(1001)
    supervisor.floating('inbox', new Error('long after'))
    expect(supervisor.pausedMs('inbox')).to.equal(0)
    supervisor.floating('inbox', new Error('again'))
    supervisor.floating('inbox', new Error('and again'))
    expect(supervisor.pausedMs('inbox')).to.equal(5000)
    expect(() => supervisor.assertNotPaused('inbox')).to.throw('failed too often')
    expect(() => supervisor.assertNotPaused('leads')).not.to.throw()
    expect(floated).to.have.length(5)
    clock.advance(5000)
    expect(() => supervisor.assertNotPaused('inbox')).not.to.throw()
  })
})
