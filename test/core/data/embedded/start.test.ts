import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../../core/data/embedded/index.ts'
import { isLivePostmaster } from '../../../../core/data/embedded/postmaster-file.ts'
import { silentLogger } from '../../../../core/testing/silent-logger.ts'
import { startChild } from './child.ts'

const settings = { fsync: 'off' }

describe('the embedded Postgres', () => {
  let folder: string
  let dataDir: string

  before(async () => {
    folder = await mkdtemp('/tmp/parley-embedded-')
    await chmod(folder, 0o755)
    dataDir = join(folder, 'data')
  })

  after(() => rm(folder, { recursive: true, force: true }))

  const start = () => startEmbeddedPostgres({ dataDir, log: silentLogger, settings, supervise: false })

  it('makes a UTF-8 cluster with checksums and C.UTF-8 on the first start, and serves on 127.0.0.1 only', async () => {
    const server = await start()
    const shown = await query(
      server,
      `select current_setting('server_encoding') as encoding, current_setting('data_checksums') as checksums,
              (select datlocale from pg_database where datname = current_database()) as locale,
              current_setting('listen_addresses') as listens, current_setting('unix_socket_directories') as sockets,
              current_setting('shared_buffers') as buffers, lower('ÄÖ') as lowered`,
    )
    expect(shown).to.deep.equal([
      {
        encoding: 'UTF8',
        checksums: 'on',
        locale: 'C.UTF-8',
        listens: '127.0.0.1',
        sockets: '',
        buffers: '128MB',
        lowered: 'äö',
      },
    ])
    await query(server, 'create table kept as select 1 as n')
    await server.stop()
    expect(await isLivePostmaster(server.pid, dataDir)).to.equal(false)
  })

  it('keeps data, password and port over a restart', async () => {
    const before = await start()
    await before.stop()
    const server = await start()
    expect(await query(server, 'select n from kept')).to.deep.equal([{ n: 1 }])
    expect(server.adminUrl).to.equal(before.adminUrl)
    await server.stop()
  })

  it('keeps the password out of reach of other users, and out of the log', async () => {
    const server = await start()
    expect((await stat(join(dataDir, 'parley-password'))).mode & 0o777).to.equal(0o600)
    expect((await stat(dataDir)).mode & 0o777).to.equal(0o700)
    const log = await readFile(join(dataDir, 'parley-server.log'), 'utf8')
    expect(log).not.to.include(new URL(server.adminUrl).password)
    await server.stop()
  })

  it('refuses a login without the password', async () => {
    const server = await start()
    const url = new URL(server.adminUrl)
    url.password = 'guess'
    const client = new pg.Client({ connectionString: url.href })
    expect(await client.connect().catch((error: unknown) => error)).to.have.property('code', '28P01')
    await server.stop()
  })

  it("writes neither statements nor the values of a violated key into the server's log", async () => {
    const server = await start()
    await query(server, 'create table person (name text primary key)')
    await query(server, `insert into person values ('Asha Rao')`)
    await query(server, `insert into person values ('Asha Rao')`).catch(() => undefined)
    await server.stop()
    const log = await readFile(join(dataDir, 'parley-server.log'), 'utf8')
    expect(log).to.include('duplicate key')
    expect(log).not.to.include('Asha')
  })

  it('never runs as root', async () => {
    const server = await start()
    expect((await stat(`/proc/${server.pid}`)).uid).not.to.equal(0)
    await server.stop()
  })

  it('adopts the server that a killed process left behind, and stops it in the end', async () => {
    const child = await startChild(dataDir)
    await child.kill()
    const server = await start()
    expect(server).to.include({ adopted: true, pid: child.pid, adminUrl: child.adminUrl })
    await server.stop()
    expect(await isLivePostmaster(child.pid, dataDir)).to.equal(false)
  })

  it('shares the server of a living process, and leaves stopping to it', async () => {
    const child = await startChild(dataDir)
    const server = await start()
    expect(server).to.include({ adopted: true, pid: child.pid })
    await server.stop()
    expect(await query(server, 'select 1 as n')).to.deep.equal([{ n: 1 }])
    await child.stop()
    expect(await isLivePostmaster(child.pid, dataDir)).to.equal(false)
  })

  it('starts after its server was killed, whatever was left in the folder', async () => {
    const first = await start()
    process.kill(first.pid, 'SIGKILL')
    const second = await start()
    expect(second.pid).not.to.equal(first.pid)
    expect(await query(second, 'select n from kept')).to.deep.equal([{ n: 1 }])
    await second.stop()
  })

  it('starts when the pid in its lock file belongs to an unrelated process by now', async () => {
    const first = await start()
    const file = await readFile(join(dataDir, 'postmaster.pid'), 'utf8')
    await first.stop()
    await writeLockFile(file.replace(/^\d+/, String(process.pid)))
    const second = await start()
    expect(second.adopted).to.equal(false)
    await second.stop()
  })

  it('gives up with the words of the server when that cannot start', async () => {
    const settings = { shared_buffers: 'nonsense' }
    const error = await startEmbeddedPostgres({ dataDir, log: silentLogger, settings }).catch(
      (caught: unknown) => caught,
    )
    expect(error).to.have.property('code', 'postgres.start')
    expect(String(error)).to.match(/ended 8 times right after its start.*invalid value for parameter "shared_buffers"/s)
  })

  /** As the dead server would have left it: its own file. */
  async function writeLockFile(content: string): Promise<void> {
    const file = join(dataDir, 'postmaster.pid')
    await writeFile(file, content, { mode: 0o600 })
    const { uid, gid } = await stat(dataDir)
    await chown(file, uid, gid)
  }

  it('makes one cluster and one server when two processes start at once in an empty folder', async () => {
    const empty = join(folder, 'raced')
    const children = await Promise.all([startChild(empty), startChild(empty), startChild(empty)])
    expect(new Set(children.map((child) => child.pid)).size).to.equal(1)
    expect(children.filter((child) => !child.adopted)).to.have.length(1)
    for (const child of children.sort((a, b) => Number(b.adopted) - Number(a.adopted))) await child.stop()
  })
})

async function query(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.adminUrl })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
