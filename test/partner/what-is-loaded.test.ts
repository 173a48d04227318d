import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestKernel, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { firstParty, installPartnerPackage, PACKAGE_NAME } from './install.ts'

const HOOK = { method: 'POST', url: `/hooks/${PACKAGE_NAME}/00000000-0000-7000-8000-000000000000`, as: null } as const

describe('of what is installed, the kernel loads only what the allow-list names and what fits', function () {
  this.timeout(60_000)
  const stack: AsyncDisposableStack[] = []

  afterEach(async () => {
    for (const one of stack.splice(0)) await one.disposeAsync()
    Reflect.deleteProperty(globalThis, MARK)
  })

  /** Installs the package with a change, and starts kernels in its folder: with the first-party plugins and these. */
  async function installed(change: (folder: string) => Promise<void>) {
    const open = new AsyncDisposableStack()
    stack.push(open)
    const { root, remove } = await installPartnerPackage(change)
    open.defer(remove)
    return async (...plugins: readonly string[]): Promise<TestKernel> => {
      const named = plugins.map((use) => ({ use }))
      const kernel = await startTestKernel({ root, plugins: [...firstParty(root), ...named] })
      open.defer(() => kernel.stop())
      return kernel
    }
  }

  it('runs none of the code of a package that is installed and not named, and has no place for its webhooks', async () => {
    const start = await installed(mark)
    const kernel = await start()
    expect(kernel.kernel.report.entries.map((entry) => entry.plugin)).to.deep.equal([
      'local-files',
      'contacts',
      'inbox',
    ])
    expect((await kernel.inject(HOOK)).status).to.equal(404)
    expect(ran(), 'the code of a package that nobody named').to.equal(false)
    await start(PACKAGE_NAME)
    expect(ran(), 'the same package, named').to.equal(true)
  })

  it('runs none of the code of a package made for another kernel, says so, and runs the rest', async () => {
    const change = async (folder: string) => {
      await mark(folder)
      await rewrite(folder, 'package.json', (text) => text.replace('"kernel": "^1.0.0"', '"kernel": "^2.0.0"'))
    }
    const start = await installed(change)
    const kernel = await start(PACKAGE_NAME)
    const { body } = await kernel.inject({ url: '/api/admin/plugins' })
    const { items } = body as { items: readonly { id: string; state: string; reason: string }[] }
    expect(items.map(({ id, state }) => `${id} ${state}`)).to.deep.equal([
      'local-files started',
      'contacts started',
      'inbox started',
      `${PACKAGE_NAME} failed`,
    ])
    const { version } = kernel.kernel
    expect(items.at(-1)?.reason).to.equal(`it is made for kernel ^2.0.0, and this kernel is ${version}`)
    expect(ran()).to.equal(false)
    expect((await kernel.inject({ url: '/api/conversations' })).status).to.equal(200)
    const hooked = await kernel.inject(HOOK)
    expect(hooked.status, 'the vendor is asked to come back').to.equal(503)
    expect(hooked.headers).to.include.keys('retry-after')
  })

  it('fails a package that ships TypeScript, with the reason that Node gives', async () => {
    const change = async (folder: string) => {
      await rewrite(folder, 'package.json', (text) => text.replaceAll('dist/index.js', 'dist/index.ts'))
      await writeFile(join(folder, 'dist/index.ts'), await readFile(join(folder, 'dist/index.js')))
    }
    const start = await installed(change)
    const kernel = await start(PACKAGE_NAME)
    const [failure, ...others] = kernel.kernel.report.failures
    expect(others).to.deep.equal([])
    expect(failure).to.include({ plugin: PACKAGE_NAME, state: 'failed' })
    expect(failure?.reason).to.match(/^import threw: .*unsupported for files under node_modules/i)
  })
})

const MARK = 'codeOfThePartnersPackageRan'

const ran = () => Reflect.has(globalThis, MARK)

/** Leaves a mark when the package's code runs. */
function mark(folder: string): Promise<void> {
  return rewrite(folder, 'dist/index.js', (text) => `globalThis.${MARK} = true\n${text}`)
}

async function rewrite(folder: string, file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file)
  await writeFile(path, change(await readFile(path, 'utf8')))
}
