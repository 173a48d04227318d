import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { v7 as uuidv7 } from 'uuid'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../../core/data/embedded/index.ts'
import { bringDown } from '../../../../core/data/embedded/postmaster.ts'
import { isLivePostmaster } from '../../../../core/data/embedded/postmaster-file.ts'
import { openPool } from '../../../../core/data/pool.ts'
import { withTenant } from '../../../../core/data/transaction.ts'
import { UnavailableError } from '../../../../core/plugin/errors.ts'
import type { Logger } from '../../../../core/plugin/services.ts'
import { type Child, startChild } from './child.ts'

const watchMs = 100
const tenant = uuidv7()

describe('the supervised embedded Postgres', () => {
  let folder: string
  let dataDir: string
  let server: EmbeddedPostgres
  let knex: Knex
  const logged: string[] = []
  const children: Child[] = []

  before(async () => {
    folder = await mkdtemp('/tmp/parley-supervised-')
    await chmod(folder, 0o755)
    dataDir = join(folder, 'data')
  })

  beforeEach(async () => {
    server = await start()
    knex = openPool({ url: server.adminUrl, max: 4, applicationName: 'parley-supervised-test' })
    await knex.raw('create table if not exists public.kept (n int)')
    logged.length = 0
  })

  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill()
    await knex.destroy()
    await server.stop()
    expect(await isLivePostmaster(server.pid, dataDir)).to.equal(false)
  })

  after(() => rm(folder, { recursive: true, force: true }))

  const log: Logger = recorder(logged)
  const limits = { watchMs, restartBaseMs: 50, restartCapMs: 200 }
  const start = () => startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' }, limits })

  /** Another process on the same folder. */
  const share = async () => {
    const child = await startChild(dataDir)
    children.push(child)
    return child
  }

  const insert = (n: number) => withTenant(knex, tenant, (trx) => trx.raw('insert into public.kept values (?)', [n]))
  const isKept = async (n: number) => (await knex.raw('select from public.kept where n = ?', [n])).rows.length === 1

  it('is back by itself after a kill in the middle of work, on the same port, with every acknowledged row', async () => {
    const killed = server.pid
    const acknowledged: number[] = []
    const failures: unknown[] = []
    const until = performance.now() + 3_000
    const write = async (first: number) => {
      for (let n = first; performance.now() < until; n += 4) {
        await insert(n).then(
          () => acknowledged.push(n),
          (error: unknown) => failures.push(error),
        )
        await pause(5)
      }
    }
    const writers = [1, 2, 3, 4].map(write)
    await pause(300)
    process.kill(killed, 'SIGKILL')
    const before = acknowledged.length
    await Promise.all(writers)
    expect(before).to.be.greaterThan(0)
    expect(failures).to.have.length.greaterThan(0)
    for (const failure of failures) expect(failure).to.be.instanceOf(UnavailableError)
    expect(acknowledged.length, 'rows after the kill').to.be.greaterThan(before)
    const { rows } = await knex.raw<{ rows: { n: number }[] }>('select n from public.kept')
    const kept = new Set(rows.map(({ n }) => n))
    expect(acknowledged.filter((n) => !kept.has(n))).to.deep.equal([])
    expect(server.pid).not.to.equal(killed)
    expect(logged).to.deep.equal([
      'warn embedded Postgres is gone; starting it again',
      'info embedded Postgres is up again',
    ])
  })

  it('is back after an immediate shutdown that somebody asked for, and after the next', async () => {
    for (const n of [-1, -2]) {
      await insert(n)
      const { pid } = server
      await bringDown(dataDir, pid, 'immediate', 10_000)
      await upAgain(pid)
      expect(await isKept(n)).to.equal(true)
    }
    expect(logged).to.have.length(4)
  })

  it('is left alone while it is frozen: that is not death', async () => {
    const { pid } = server
    process.kill(pid, 'SIGSTOP')
    await pause(5 * watchMs)
    process.kill(pid, 'SIGCONT')
    await pause(2 * watchMs)
    expect(server.pid).to.equal(pid)
    expect(logged).to.deep.equal([])
    expect((await knex.raw('select 1 as n')).rows).to.deep.equal([{ n: 1 }])
  })

  it('is not started again once it is being stopped', async () => {
    const { pid } = server
    process.kill(pid, 'SIGKILL')
    await server.stop()
    await pause(4 * watchMs)
    expect(server.pid).to.equal(pid)
    expect(await isUp()).to.equal(false)
    expect(logged).to.deep.equal([])
  })

  it('is stopped cleanly in the middle of a restart, at whatever moment', async () => {
    for (const ms of [0, 10, 30, 60, 120, 240]) {
      await server.stop()
      server = await start()
      logged.length = 0
      process.kill(server.pid, 'SIGKILL')
      while (logged.length === 0) await pause(2)
      await pause(ms)
      await server.stop()
      await pause(2 * watchMs)
      expect(await isUp(), `stopped ${ms} ms after the restart began`).to.equal(false)
      expect(logged).not.to.include('error embedded Postgres cannot be started; trying on')
    }
  })

  it('is tried again for as long as it cannot be started, and complained about once', async function () {
    this.timeout(40_000)
    const { pid } = server
    const port = Number(new URL(server.adminUrl).port)
    process.kill(pid, 'SIGKILL')
    const squatter = await listen(port)
    await until(() => logged.includes('error embedded Postgres cannot be started; trying on'), 20_000)
    await close(squatter)
    await upAgain(pid, 15_000)
    expect(logged.filter((line) => line.startsWith('error'))).to.have.length(1)
    expect(logged.at(-1)).to.equal('info embedded Postgres is up again')
  })

  it('is left to its living owner by whoever shares it, who finds it again', async () => {
    await server.stop()
    const child = await share()
    server = await start()
    logged.length = 0
    process.kill(child.pid, 'SIGKILL')
    await upAgain(child.pid)
    expect(logged).to.deep.equal([])
    await server.stop()
    expect((await knex.raw('select 1 as n')).rows).to.deep.equal([{ n: 1 }])
    await child.stop()
  })

  it('is taken over by a process that shares it when its owner is gone, dead or alive', async () => {
    await server.stop()
    const child = await share()
    server = await start()
    logged.length = 0
    await child.kill()
    process.kill(child.pid, 'SIGKILL')
    await upAgain(child.pid)
    expect(logged[0]).to.equal('warn embedded Postgres is gone; starting it again')
  })

  it('is stopped in the end by a process that shares it when its owner is gone', async () => {
    await server.stop()
    const child = await share()
    server = await start()
    expect(server).to.include({ adopted: true, pid: child.pid })
    await child.kill()
    expect((await knex.raw('select 1 as n')).rows).to.deep.equal([{ n: 1 }])
  })

  it('is started again by a process that shares it when its owner stops it', async () => {
    await server.stop()
    const child = await share()
    server = await start()
    await insert(-3)
    await child.stop()
    await upAgain(child.pid)
    expect(await isKept(-3)).to.equal(true)
  })

  it('is the same server by another name of its folder', async () => {
    const link = join(folder, 'link')
    await symlink(dataDir, link)
    const same = await startEmbeddedPostgres({ dataDir: link, log, settings: { fsync: 'off' }, limits })
    expect(same).to.include({ pid: server.pid, adopted: true, dataDir })
    await same.stop()
  })

  async function isUp(): Promise<boolean> {
    return knex.raw('select 1').then(
      () => true,
      () => false,
    )
  }

  /** With another process, whoever started that. */
  async function upAgain(dead: number, ms = 10_000): Promise<void> {
    await until(() => server.pid !== dead, ms)
    await until(isUp, ms)
  }
})

async function until(condition: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > end) expect.fail(`not within ${ms} ms`)
    await pause(10)
  }
}

function recorder(lines: string[]): Logger {
  const line = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`)
  const logger: Logger = {
    debug() {},
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: () => logger,
  }
  return logger
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', () => void pause(5).then(() => listen(port).then(resolve, reject)))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
