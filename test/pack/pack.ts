import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { compile, copyRest, ROOT } from './compile.ts'
import { coreManifest, roomManifest } from './manifest.ts'

const run = promisify(execFile)

/** The rooms that a partner's channel is of use with, as packages of their own: who writes is somebody, and is answered. */
const ROOMS = ['plugins/contacts', 'plugins/inbox', 'adapters/local-files'] as const

/** Builds and packs `@parley/core` and the rooms beside it into `destination`; the tarballs, core's first. */
export async function packAll(destination: string): Promise<readonly string[]> {
  const work = await mkdtemp(join(tmpdir(), 'parley-pack-'))
  try {
    const built = join(work, 'built')
    await compile(['core', 'migrations', ...ROOMS], built)
    for (const room of ['core', ...ROOMS]) await copyRest(room, built)
    const tarballs = [await pack(await stageCore(work, built), destination)]
    for (const room of ROOMS) tarballs.push(await pack(await stageRoom(work, built, room), destination))
    return tarballs
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** `dist/core` and `dist/migrations` lie as here, as the one finds the other by its path. */
async function stageCore(work: string, built: string): Promise<string> {
  const staged = join(work, 'core')
  for (const room of ['core', 'migrations'])
    await cp(join(built, room), join(staged, 'dist', room), { recursive: true })
  for (const left of ['api', 'README.md', 'VERSIONING.md', 'cli/launch.mjs', 'cli/parley.mjs'])
    await rm(join(staged, 'dist/core', left), { recursive: true, force: true })
  await runsJavaScript(join(staged, 'dist/core/testing/conformance/probe/package.json'))
  const { name, version } = JSON.parse(await readFile(join(ROOT, 'core/package.json'), 'utf8'))
  await writeFile(join(staged, 'dist/core/package.json'), JSON.stringify({ name, version, type: 'module' }))
  for (const page of ['README.md', 'VERSIONING.md']) await cp(join(ROOT, 'core', page), join(staged, page))
  await finish(staged, await coreManifest(staged))
  return staged
}

async function stageRoom(work: string, built: string, room: string): Promise<string> {
  const staged = join(work, room)
  await cp(join(built, room), join(staged, 'dist', room), { recursive: true })
  await rm(join(staged, 'dist', room, 'package.json'))
  await finish(staged, await roomManifest(room, staged))
  return staged
}

/** A plugin inside of a package that is built is built, too. */
async function runsJavaScript(file: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('.ts"', '.js"'))
}

async function finish(staged: string, manifest: object): Promise<void> {
  await writeFile(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await cp(join(ROOT, 'LICENSE'), join(staged, 'LICENSE'))
}

async function pack(staged: string, destination: string): Promise<string> {
  await mkdir(destination, { recursive: true })
  const before = new Set(await readdir(destination))
  const cache = join(staged, '../npm-cache')
  await run('npm', ['pack', '--pack-destination', destination, '--cache', cache, '--loglevel=error'], { cwd: staged })
  const made = (await readdir(destination)).find((name) => name.endsWith('.tgz') && !before.has(name))
  if (made === undefined)
    throw new Error(`npm pack left no new tarball in ${destination}; there are: ${[...before].join(', ')}`)
  return join(destination, made)
}
