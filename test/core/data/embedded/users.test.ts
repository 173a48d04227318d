import { chmod, chown, cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { findBinaries, packageName } from '../../../../core/data/embedded/binaries.ts'
import { startEmbeddedPostgres } from '../../../../core/data/embedded/index.ts'
import { chooseUser, isReachableBy } from '../../../../core/data/embedded/operating-user.ts'
import { silentLogger } from '../../../../core/testing/silent-logger.ts'
import { startChild } from './child.ts'

const nobody = { uid: 65_534, gid: 65_534 }
const isRoot = process.getuid?.() === 0
const native = join(dirname(fileURLToPath(import.meta.resolve(packageName()))), '..', 'native')

describe('the embedded Postgres and the users it may run as', () => {
  let folder: string

  before(async () => {
    folder = await mkdtemp('/tmp/parley-users-')
    await chmod(folder, 0o755)
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('runs as the user who starts it unless that is root', async () => {
    const user = await chooseUser(undefined)
    if (isRoot) expect(user.uid).to.be.greaterThan(0)
    else expect(user).to.deep.equal({})
  })

  it('makes the library links that the install script would have made', async () => {
    const copy = join(folder, 'package', 'native')
    await cp(native, copy, {
      recursive: true,
      filter: (path) => !/lib(icuuc|icui18n|icudata|pq)\.so(\.\d+)?$/.test(path),
    })
    await findBinaries({}, copy)
    expect((await stat(join(copy, 'lib', 'libicuuc.so.60'))).isFile()).to.equal(true)
  })

  // What follows is about root stepping down to another user; an ordinary user has nobody to step down to.
  if (!isRoot) return

  it('runs as the owner of an existing data directory when root starts it', async () => {
    expect(await chooseUser({ uid: 1234, gid: 1234 })).to.deep.equal({ uid: 1234, gid: 1234 })
    expect((await chooseUser({ uid: 0, gid: 0 })).uid).not.to.equal(0)
  })

  it('knows which folders a user can enter', async () => {
    const closed = join(folder, 'closed')
    await mkdir(join(closed, 'inner'), { recursive: true })
    await chmod(closed, 0o700)
    expect(await isReachableBy(nobody, join(closed, 'inner'))).to.equal(false)
    expect(await isReachableBy(nobody, closed)).to.equal(true)
    expect(await isReachableBy({}, join(closed, 'inner'))).to.equal(true)
  })

  it('copies the binaries when the checkout is closed to the database user', async () => {
    const home = join(folder, 'home')
    await mkdir(home, { mode: 0o700 })
    await cp(join(native, '..'), join(home, 'package'), { recursive: true, verbatimSymlinks: true })
    const binaries = await findBinaries(nobody, join(home, 'package', 'native'))
    expect(binaries.postgres).not.to.include(home)
    expect(await isReachableBy(nobody, binaries.postgres)).to.equal(true)
    const again = await findBinaries(nobody, join(home, 'package', 'native'))
    expect(again).to.deep.equal(binaries)
    await rm(join(dirname(binaries.postgres), '..', '..'), { recursive: true })
  })

  it('keeps the data where the database user can reach it, says so, and finds it again', async () => {
    const home = join(folder, 'private')
    await mkdir(home, { mode: 0o700 })
    const said: string[] = []
    const log = { ...silentLogger, warn: (_: object, message: string) => said.push(message) }
    const options = { dataDir: join(home, 'state', 'data'), log, settings: { fsync: 'off' } }
    const first = await startEmbeddedPostgres(options)
    await first.stop()
    const second = await startEmbeddedPostgres(options)
    await second.stop()
    expect(second.dataDir).to.equal(first.dataDir)
    expect(first.dataDir).to.match(/^\/var\/tmp\//)
    expect(said[0]).to.include('keeping the data elsewhere')
    await rm(first.dataDir, { recursive: true })
  })

  it('runs for an ordinary user as that user, and root adopts what it left', async function () {
    if (!(await isReachableBy(nobody, fileURLToPath(import.meta.url)))) return this.skip()
    const home = join(folder, 'ordinary')
    await mkdir(home)
    await chown(home, nobody.uid, nobody.gid)
    const child = await startChild(join(home, 'data'), nobody)
    expect((await stat(`/proc/${child.pid}`)).uid).to.equal(nobody.uid)
    expect((await stat(join(home, 'data'))).uid).to.equal(nobody.uid)
    await child.kill()
    const server = await startEmbeddedPostgres({ dataDir: join(home, 'data'), log: silentLogger })
    expect(server).to.include({ adopted: true, pid: child.pid })
    await server.stop()
    const again = await startChild(join(home, 'data'), nobody)
    await again.stop()
  })

  it('tells an ordinary user whose data directory it is that cannot be used', async function () {
    if (!(await isReachableBy(nobody, fileURLToPath(import.meta.url)))) return this.skip()
    const dataDir = join(folder, 'of-root')
    const server = await startEmbeddedPostgres({ dataDir, log: silentLogger })
    await server.stop()
    const refused = await startChild(dataDir, nobody).catch(String)
    expect(refused).to.match(/belongs to uid|EACCES/)
  })
})
