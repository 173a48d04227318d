import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

const file = 'parley-port'

/** The port this data directory was served on last time while that is free, else any free one: clients find their server again after a restart. */
export async function choosePort(dataDir: string): Promise<number> {
  const remembered = await readFile(join(dataDir, file), 'utf8').then(Number, () => 0)
  if (remembered > 0 && (await tryListen(remembered)) !== undefined) return remembered
  const port = await tryListen(0)
  if (port === undefined) throw new Error('the system has no free port on 127.0.0.1')
  return port
}

export async function rememberPort(dataDir: string, port: number): Promise<void> {
  await writeFile(join(dataDir, file), String(port), { mode: 0o600 })
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}
