import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { Ownership } from '../../../../core/data/embedded/ownership.ts'
import { bringUp } from '../../../../core/data/embedded/postmaster.ts'
import { isAlive } from '../../../../core/data/embedded/postmaster-file.ts'

describe('bringing a server up', () => {
  let folder: string

  before(async () => {
    folder = await mkdtemp('/tmp/parley-postmaster-')
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('takes a start back that has not written its file yet', async () => {
    const executable = join(folder, 'slow-server')
    await writeFile(executable, '#!/bin/sh\necho $$ > "$2/started"\nexec sleep 30\n')
    await chmod(executable, 0o755)
    const stopping = new AbortController()
    const up = bringUp({
      dataDir: folder,
      executable,
      user: {},
      settings: {},
      ownership: new Ownership(folder),
      answers: async () => true,
      deadlineMs: 10_000,
      signal: stopping.signal,
    }).then(
      () => 'it is up',
      (error: unknown) => error,
    )
    const pid = await numberIn(join(folder, 'started'))
    expect(isAlive(pid)).to.equal(true)
    const reason = new Error('stopping')
    stopping.abort(reason)
    expect(await up).to.equal(reason)
    expect(isAlive(pid)).to.equal(false)
  })
})

async function numberIn(file: string): Promise<number> {
  for (;;) {
    const number = await readFile(file, 'utf8').then(Number, () => 0)
    if (number > 0) return number
    await pause(5)
  }
}
