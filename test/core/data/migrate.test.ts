import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import createKnex, { type Knex } from 'knex'
import { type MigrationSource, migrate, rollback } from '../../../core/data/migrate.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

const table = (schema: string, name: string) => ({
  up: `await knex.schema.withSchema('${schema}').createTable('${name}', (t) => { t.integer('n') })`,
  down: `await knex.schema.withSchema('${schema}').dropTable('${name}')`,
})

describe('migrating', () => {
  let folder: string
  let db: TestDatabase
  let admin: Knex

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-migrations-'))
    db = await createTestDatabase({ migrated: false })
    admin = createKnex({ client: 'pg', connection: db.adminUrl, pool: { min: 0, max: 1 } })
  })

  afterEach(async () => {
    await admin.destroy()
    await db.drop()
    await rm(folder, { recursive: true })
  })

  const run = (...sources: MigrationSource[]) => migrate({ adminUrl: db.adminUrl, sources, log: silentLogger })

  /** A plugin of built JavaScript (or of TypeScript) whose migrations are given as bodies. */
  async function source(
    id: string,
    migrations: Record<string, { up: string; down: string }>,
    extension = 'js',
  ): Promise<MigrationSource> {
    const directory = join(folder, `${id}-${Math.random().toString(36).slice(2)}`)
    await mkdir(directory)
    await writeFile(join(directory, 'package.json'), '{"type":"module"}')
    for (const [name, { up, down }] of Object.entries(migrations)) {
      const text = `export async function up(knex) { ${up} }\nexport async function down(knex) { ${down} }\n`
      await writeFile(join(directory, `${name}.${extension}`), text)
    }
    return { id, directory: pathToFileURL(directory) }
  }

  it("puts a plugin's tables and history into its own schema, after the kernel's", async () => {
    const report = await run(await source('a-plugin', { '0001-things': table('a_plugin', 'things') }))
    expect(report.ok).to.equal(true)
    expect(report.sources.map((one) => one.id)).to.deep.equal(['parley', 'a-plugin'])
    expect(report.sources[1]?.ran).to.deep.equal(['0001-things'])
    expect(await admin('a_plugin.migrations').pluck('name')).to.deep.equal(['0001-things'])
    expect(await admin.schema.withSchema('parley').hasTable('tenant')).to.equal(true)
  })

  it('does nothing the second time, and only what is new the third', async () => {
    const first = { '0001-things': table('p', 'things') }
    await run(await source('p', first))
    expect((await run(await source('p', first))).sources[1]?.ran).to.deep.equal([])
    const grown = await source('p', { ...first, '0002-more': table('p', 'more') })
    expect((await run(grown)).sources[1]?.ran).to.deep.equal(['0002-more'])
  })

  it('goes on in JavaScript where it was in TypeScript', async () => {
    await run(await source('p', { '0001-things': table('p', 'things') }, 'ts'))
    const report = await run(await source('p', { '0001-things': table('p', 'things') }, 'js'))
    expect(report).to.deep.include({ ok: true })
    expect(report.sources[1]?.ran).to.deep.equal([])
  })

  it('keeps nothing of a source that fails half-way, names it, and goes on with the others', async () => {
    const broken = await source('broken', {
      '0001-good': table('broken', 'good'),
      '0002-bad': { up: `await knex.raw('select 1/0')`, down: '' },
    })
    const report = await run(broken, await source('fine', { '0001-things': table('fine', 'things') }))
    expect(report.ok).to.equal(false)
    const [, first, second] = report.sources
    expect(first?.failure?.reason).to.include('division by zero')
    expect(second?.failure).to.equal(undefined)
    expect(await admin.schema.withSchema('broken').hasTable('good')).to.equal(false)
    expect(await admin.schema.withSchema('fine').hasTable('things')).to.equal(true)
  })

  it('runs a source that failed before, once it is mended', async () => {
    const good = table('p', 'things')
    await run(await source('p', { '0001-things': { up: 'throw new Error("not yet")', down: '' } }))
    expect((await run(await source('p', { '0001-things': good }))).sources[1]?.ran).to.deep.equal(['0001-things'])
  })

  it("tries no plugin when the kernel's own migrations fail", async () => {
    const kernel = await source('parley', { '0001-bad': { up: `throw new Error('kernel')`, down: '' } })
    const report = await run(kernel, await source('p', { '0001-things': table('p', 'things') }))
    expect(report.sources.map((one) => [one.id, one.failure?.reason])).to.deep.equal([['parley', 'kernel']])
  })

  it("leaves a removed plugin's tables alone and does not stumble over them", async () => {
    const kept = await source('kept', { '0001-things': table('kept', 'things') })
    await run(kept, await source('gone', { '0001-things': table('gone', 'things') }))
    expect((await run(kept)).ok).to.equal(true)
    expect(await admin.schema.withSchema('gone').hasTable('things')).to.equal(true)
  })

  it('reports a plugin whose tables are newer than its code', async () => {
    await run(await source('p', { '0001-a': table('p', 'a'), '0002-b': table('p', 'b') }))
    const report = await run(await source('p', { '0001-a': table('p', 'a') }))
    expect(report.sources[1]?.failure?.reason).to.include('0002-b')
  })

  it('takes a plugin down to nothing and up again', async () => {
    const plugin = await source('p', { '0001-a': table('p', 'a'), '0002-b': table('p', 'b') })
    await run(plugin)
    const down = await rollback({ adminUrl: db.adminUrl, sources: [plugin], log: silentLogger })
    expect(down.sources[0]?.ran).to.deep.equal(['0002-b', '0001-a'])
    expect(await admin('pg_namespace').where('nspname', 'p')).to.deep.equal([])
    expect((await run(plugin)).sources[1]?.ran).to.deep.equal(['0001-a', '0002-b'])
  })

  it('takes nothing down when a table would be left over', async () => {
    const plugin = await source('p', { '0001-a': { ...table('p', 'a'), down: '' } })
    await run(plugin)
    const down = await rollback({ adminUrl: db.adminUrl, sources: [plugin], log: silentLogger })
    expect(down.sources[0]?.failure?.reason).to.include('not empty')
    expect(await admin('p.migrations').pluck('name')).to.deep.equal(['0001-a'])
  })

  it('lets several processes migrate an empty database at once', async () => {
    const plugin = await source('p', { '0001-a': table('p', 'a'), '0002-b': table('p', 'b') })
    const reports = await Promise.all([run(plugin), run(plugin), run(plugin)])
    expect(reports.map((report) => report.ok)).to.deep.equal([true, true, true])
    const ran = reports.flatMap((report) => report.sources[1]?.ran ?? [])
    expect(ran).to.deep.equal(['0001-a', '0002-b'])
  })

  it('refuses a misnamed file and a module without up and down', async () => {
    const misnamed = await source('m', { things: table('m', 'things') })
    const shapeless = await source('s', {})
    await writeFile(new URL(`${shapeless.directory.href}/0001-x.js`), 'export const nothing = 1')
    const [, first, second] = (await run(misnamed, shapeless)).sources
    expect(first?.failure?.error).to.have.property('code', 'migration.name')
    expect(second?.failure?.error).to.have.property('code', 'migration.shape')
  })

  it('says that the database is unavailable when it is', async () => {
    const url = new URL(db.adminUrl)
    url.port = '1'
    const work = migrate({ adminUrl: url.href, sources: [], log: silentLogger })
    expect(await work.catch((error: unknown) => error)).to.have.property('code', 'database.unavailable')
  })
})
