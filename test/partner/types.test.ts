import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { PACKAGE } from './install.ts'

const run = promisify(execFile)
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))

describe('the types of the public API, seen from a partner’s package', function () {
  this.timeout(60_000)

  it('are whole: its JavaScript checks strictly against them, under its own tsconfig', async () => {
    const checked = await run(process.execPath, [join(typescript, 'bin/tsc'), '-p', PACKAGE]).catch(
      (failed: { stdout: string }) => failed,
    )
    expect(checked.stdout).to.equal('')
  })
})
