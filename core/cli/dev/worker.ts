/** One run of a package under `parley dev`: it ends when the package changes, and a new one begins with the new code. */
import { pathToFileURL } from 'node:url'
import { reasonOf } from '../../plugin/errors.ts'
import { loadDriver } from '../load-driver.ts'
import { shownError } from './dev-logger.ts'
import { DevSession } from './dev-session.ts'

const print = (line: string) => process.stdout.write(`${line}\n`)

async function open(folder: string): Promise<DevSession> {
  const found = await loadDriver(folder, process.cwd())
  // Imported here first: of its own mistakes the author sees the place, not only that the plugin failed.
  await import(pathToFileURL(found.entry).href)
  return DevSession.open(found, print)
}

/** The loop goes away when this run is over, also while it is still starting. */
async function run(folder: string): Promise<void> {
  const over = new Promise((resolve) => process.once('disconnect', resolve))
  const session = await open(folder)
  try {
    for (const fault of session.faults) print(`ERROR: ${fault}`)
    if (session.faults.length === 0) for (const line of session.greeting) print(line)
    const lines: Promise<void>[] = [Promise.resolve()]
    process.on('message', (words) => lines.push(Promise.resolve(lines.at(-1)).then(() => session.heed(String(words)))))
    if (process.connected) {
      process.send?.('ready')
      await over
    }
  } finally {
    await session.close()
  }
}

const [folder = '.'] = process.argv.slice(2)
try {
  await run(folder)
  process.exit(0)
} catch (error) {
  print('')
  for (const line of error instanceof Error ? shownError(error, folder) : [reasonOf(error)]) print(line)
  print('Waiting for a change …')
  process.exit(1)
}
