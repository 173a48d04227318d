import { expect } from 'chai'
import Joi from 'joi'
import { v7 as uuidv7 } from 'uuid'
import { TransactionRunner } from '../../../core/data/transaction-runner.ts'
import { JobRunner } from '../../../core/jobs/job-runner.ts'
import { UnavailableError } from '../../../core/plugin/errors.ts'
import type { Job } from '../../../core/plugin/job.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'
import { noEvents } from '../data/no-events.ts'

const day = 86_400_000

describe('the job runner', () => {
  const [first, second] = [uuidv7(), uuidv7()]
  const ran: { job: string; tenantId: string; input: unknown; at: string }[] = []
  let db: TestDatabase
  let database: TransactionRunner
  let clock: TestClock
  let runner: JobRunner
  let enabled: string[]
  let fail: (attempt: number) => void
  let attempts: number

  const record = (id: string, more: Partial<Job> = {}): Job => ({
    id,
    async run(input, uow) {
      ran.push({ job: id, tenantId: uow.tenantId, input, at: clock.now().toISOString() })
    },
    ...more,
  })

  const jobs: Job[] = [
    record('plain'),
    record('checked', {
      input: Joi.object({ bookingId: Joi.string().uuid().required() }) as NonNullable<Job['input']>,
    }),
    record('nightly', { cron: '0 2 * * *' }),
    {
      id: 'writes',
      retry: { max: 1, baseMs: 1 },
      async run(input, uow) {
        await uow.trx('notes.note').insert({ tenant_id: uow.tenantId, id: uuidv7(), text: String(input) })
        attempts += 1
        fail(attempts)
      },
    },
    { id: 'hangs', timeoutMs: 60, retry: { max: 0, baseMs: 1 }, run: (_, __, signal) => aborted(signal) },
  ]

  const start = async (): Promise<JobRunner> => {
    const made = new JobRunner({
      knex: db.knex,
      database,
      clock,
      log: silentLogger,
      settings: { pollMs: 500, outageRetryMs: 10 },
      gate: (_, tenantId) => enabled.includes(tenantId),
      tenantsOf: async () => enabled,
    })
    made.add('demo', jobs)
    await made.start()
    return made
  }

  const enqueue = (jobId: string, input: unknown, options?: { runAt?: Date; key?: string }, tenantId = first) =>
    database.transaction(tenantId, (uow) => runner.forPlugin('demo').enqueue(uow, jobId, input, options))

  before(async () => {
    const directory = new URL('../data/fixtures/notes/', import.meta.url)
    db = await createTestDatabase({ sources: [{ id: 'notes', directory }] })
  })

  beforeEach(async () => {
    ran.length = 0
    attempts = 0
    fail = () => {}
    enabled = [first, second]
    clock = new TestClock('2026-01-05T09:00:00.000Z')
    database = new TransactionRunner({ knex: db.knex, events: noEvents })
    runner = await start()
  })

  afterEach(() => runner.stop(2_000))
  after(() => db.drop())

  it('runs a job at once, for its tenant, with its input', async () => {
    await enqueue('plain', { id: 7 }, {}, second)
    await runner.idle()
    expect(ran).to.deep.equal([{ job: 'plain', tenantId: second, input: { id: 7 }, at: '2026-01-05T09:00:00.000Z' }])
  })

  it('forgets a job whose transaction was rolled back', async () => {
    const work = database.transaction(first, async (uow) => {
      await runner.forPlugin('demo').enqueue(uow, 'plain', 1)
      throw new Error('changed my mind')
    })
    await work.catch(() => undefined)
    await runner.idle()
    expect(ran).to.deep.equal([])
  })

  it('runs a job at its due time by the kernel clock, though that is a year ahead', async () => {
    await enqueue('plain', 'anniversary', { runAt: new Date(clock.millis() + 365 * day) })
    clock.advance(365 * day - 60_000)
    await runner.idle()
    expect(runsOf('plain')).to.deep.equal([])
    clock.advance(60_000)
    await runner.idle()
    expect(runsOf('plain').map((one) => one.at)).to.deep.equal(['2027-01-05T09:00:00.000Z'])
  })

  it('finds a job due that was committed after the clock had moved past its time', async () => {
    await database.transaction(first, async (uow) => {
      await runner.forPlugin('demo').enqueue(uow, 'plain', 1, { runAt: new Date(clock.millis() + day) })
      clock.advance(2 * day)
    })
    await runner.idle()
    expect(runsOf('plain')).to.have.length(1)
  })

  it('keeps one waiting job for a key: the newest due time and input win', async () => {
    await enqueue('plain', 'old', { key: 'k', runAt: new Date(clock.millis() + day) })
    await enqueue('plain', 'new', { key: 'k', runAt: new Date(clock.millis() + 3 * day) })
    await enqueue('plain', 'of another tenant', { key: 'k', runAt: new Date(clock.millis() + 3 * day) }, second)
    clock.advance(2 * day)
    await runner.idle()
    expect(runsOf('plain')).to.deep.equal([])
    clock.advance(day)
    await runner.idle()
    expect(runsOf('plain').map((one) => one.input)).to.have.members(['new', 'of another tenant'])
  })

  it('keeps one waiting job when the same key is queued many times at once', async () => {
    const runAt = new Date(clock.millis() + day)
    await Promise.all([1, 2, 3, 4, 5, 6].map((n) => enqueue('plain', n, { key: 'burst', runAt })))
    clock.advance(day)
    await runner.idle()
    expect(runsOf('plain')).to.have.length(1)
  })

  it('cancels a waiting job by its key, for that tenant only', async () => {
    const runAt = new Date(clock.millis() + day)
    await enqueue('plain', 'mine', { key: 'c', runAt })
    await enqueue('plain', 'theirs', { key: 'c', runAt }, second)
    await database.transaction(first, (uow) => runner.forPlugin('demo').cancel(uow, 'plain', 'c'))
    clock.advance(day)
    await runner.idle()
    expect(runsOf('plain').map((one) => one.input)).to.deep.equal(['theirs'])
  })

  it('refuses an unknown job, an input that does not fit, and one too large to be ids', async () => {
    await refuses(enqueue('nope', 1), 'job.unknown')
    await refuses(enqueue('checked', { bookingId: 'x' }), 'job.input-invalid')
    await refuses(enqueue('plain', 'a'.repeat(5_000)), 'job.input-too-large')
  })

  it('rolls a failed try back, tries again, and has its effect once', async () => {
    fail = (attempt) => {
      if (attempt === 1) throw new Error('flaky')
    }
    await enqueue('writes', 'flaky')
    await eventually(async () => expect(attempts).to.equal(1))
    clock.advance(10_000)
    await eventually(async () => expect(attempts).to.equal(2))
    await runner.idle()
    expect(await notes('flaky')).to.equal(1)
  })

  it('dead-letters after the last try, says why, and replays on request', async () => {
    fail = () => {
      throw new Error('poison')
    }
    await enqueue('writes', 'poison')
    await eventually(async () => expect(attempts).to.equal(1))
    clock.advance(10_000)
    await eventually(async () => expect(await runner.dead.list()).to.have.length(1))
    const [dead] = await runner.dead.list({ tenantId: first })
    expect(dead).to.include({ pluginId: 'demo', job: 'writes', tenantId: first })
    expect(dead?.failure).to.deep.equal({ code: 'job.failed', reason: 'poison' })
    expect(await notes('poison')).to.equal(0)
    fail = () => {}
    expect(await runner.dead.replay([dead?.id ?? ''])).to.equal(1)
    await eventually(async () => expect(await notes('poison')).to.equal(1))
    expect(await runner.dead.list()).to.deep.equal([])
  })

  it('ends a job that hangs at its deadline, and discards its dead letter on request', async () => {
    await enqueue('hangs', 1)
    await eventually(async () => expect(await runner.dead.list()).to.have.length(1))
    const [dead] = await runner.dead.list()
    expect(dead?.failure).to.have.property('code', 'deadline.passed')
    expect(await runner.dead.discard([dead?.id ?? ''])).to.equal(1)
    expect(await runner.dead.list()).to.deep.equal([])
  })

  it('counts no try against a job while what it needs is unavailable', async () => {
    fail = (attempt) => {
      if (attempt <= 3) throw new UnavailableError('database.unavailable', 'away')
    }
    await enqueue('writes', 'outage')
    await eventually(async () => expect(await notes('outage')).to.equal(1))
    expect(attempts).to.equal(4)
  })

  it('runs a cron job once for each enabled tenant, at each occurrence by the kernel clock', async () => {
    enabled = [first, second]
    clock.set('2026-01-06T01:59:00.000Z')
    await runner.idle()
    expect(ran).to.deep.equal([])
    clock.set('2026-01-06T02:00:00.000Z')
    await runner.idle()
    expect(ran.map((one) => one.tenantId)).to.have.members([first, second])
    enabled = [second]
    clock.set('2026-01-07T02:00:00.000Z')
    await runner.idle()
    expect(ran.slice(2).map((one) => one.tenantId)).to.deep.equal([second])
  })

  it('makes up once for the cron occurrences of a standstill', async () => {
    await runner.stop(1_000)
    clock.advance(10 * day)
    runner = await start()
    await runner.idle()
    expect(ran.filter((one) => one.tenantId === first)).to.have.length(1)
  })

  it('passes over the jobs of a tenant that has the plugin off', async () => {
    enabled = [second]
    await enqueue('plain', 1)
    await runner.idle()
    expect(ran).to.deep.equal([])
  })

  it('shares the work with a second process, each job once', async () => {
    const other = await start()
    for (let n = 0; n < 40; n++) await enqueue('plain', n)
    await runner.idle()
    await other.stop(2_000)
    expect(ran.map((one) => one.input).sort()).to.deep.equal(Array.from({ length: 40 }, (_, n) => n).sort())
  })

  it('lets a running job finish when it stops', async () => {
    let finished = false
    await runner.stop(1_000)
    runner = new JobRunner({
      knex: db.knex,
      database,
      clock,
      log: silentLogger,
      gate: () => true,
      tenantsOf: async () => [],
    })
    let started: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      started = resolve
    })
    runner.add('slow', [
      {
        id: 'slow',
        async run() {
          started()
          await pause(150)
          finished = true
        },
      },
    ])
    await runner.start()
    await database.transaction(first, (uow) => runner.forPlugin('slow').enqueue(uow, 'slow', null))
    await begun
    await runner.stop(2_000)
    expect(finished).to.equal(true)
  })

  const runsOf = (job: string) => ran.filter((one) => one.job === job)

  async function notes(text: string): Promise<number> {
    return database.transaction(first, async (uow) => (await uow.trx('notes.note').where({ text })).length)
  }
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

async function refuses(work: Promise<unknown>, code: string): Promise<void> {
  const error = await work.then(
    () => expect.fail(`was accepted; expected ${code}`),
    (caught: unknown) => caught,
  )
  expect(error).to.have.property('code', code)
}

/** Polls until the assertion holds; the last failure is reported. */
async function eventually(assertion: () => Promise<unknown>, deadlineMs = 8_000): Promise<void> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    try {
      await assertion()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await pause(20)
    }
  }
}
