import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import semver from 'semver'
import { compile, ROOT } from '../pack/compile.ts'
import { ENTRIES, type Entry, extractReports } from './extract.ts'

export type Reports = Readonly<Record<Entry, string>>

const FOLDER = join(ROOT, 'core/api')
const names = Object.keys(ENTRIES) as readonly Entry[]

/** The reports of the sources as they are. Compiled outside of `node_modules`, where API Extractor takes all for foreign. */
export async function currentReports(): Promise<Reports> {
  const out = await mkdtemp(join(tmpdir(), 'parley-api-'))
  try {
    await symlink(join(ROOT, 'node_modules'), join(out, 'node_modules'))
    await compile(['core', 'migrations'], out, { declarationsOnly: true })
    return await extractReports(out)
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

/** The reports in `core/api`, or those of a release; one that is not there is empty. */
export async function readReports(version = ''): Promise<Reports> {
  const read = (name: Entry) => readFile(join(FOLDER, version, `${name}.api.md`), 'utf8').catch(missing)
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)]))) as Reports
}

export async function writeReports(reports: Reports, version = ''): Promise<void> {
  await mkdir(join(FOLDER, version), { recursive: true })
  for (const name of names) await writeFile(join(FOLDER, version, `${name}.api.md`), reports[name])
}

/** The release that partners have: the one whose reports lie in a folder of its version. */
export async function releasedVersion(): Promise<string | undefined> {
  const versions = (await readdir(FOLDER)).filter((name) => semver.valid(name) !== null)
  return versions.sort(semver.compare).at(-1)
}

/** Takes the place of the release before. */
export async function writeRelease(version: string, reports: Reports): Promise<void> {
  const before = await releasedVersion()
  if (before !== undefined) await rm(join(FOLDER, before), { recursive: true })
  await writeReports(reports)
  await writeReports(reports, version)
}

function missing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}
