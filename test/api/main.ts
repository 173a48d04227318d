/**
 * `npm run api`: writes the report of the public surface to `core/api/`. `--check`: compares instead, and holds the change
 * since the last release against core's version. `--release`: what is reported now is what partners have from now on.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../pack/compile.ts'
import { currentReports, readReports, releasedVersion, writeRelease, writeReports } from './reports.ts'
import { faultsOfChange, faultsOfRelease, faultsOfReports } from './rules.ts'

const [option] = process.argv.slice(2)
const { version, private: unpublished } = JSON.parse(await readFile(join(ROOT, 'core/package.json'), 'utf8'))
const current = await currentReports()
const released = await releasedVersion()
const change = { version, unpublished: unpublished === true, released, current }

function end(faults: readonly string[], done: string): never {
  for (const fault of faults) console.error(fault)
  if (faults.length === 0) console.log(done)
  process.exit(faults.length === 0 ? 0 : 1)
}

if (option === '--check') {
  const faults = faultsOfReports(await readReports(), current)
  end(
    [...faults, ...(await faultsOfChange(change))],
    `The report of the public API is up to date, and ${version} fits it.`,
  )
} else if (option === '--release') {
  const faults = await faultsOfRelease(change)
  if (faults.length === 0) await writeRelease(version, current)
  end(faults, `${version} is what partners have from now on.`)
} else if (option === undefined) {
  await writeReports(current)
  end([], 'core/api is written; read what changed there, and commit it.')
} else end([`expected --check, --release or nothing, got ${option}`], '')
