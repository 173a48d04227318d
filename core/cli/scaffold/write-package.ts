import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kernelVersion } from '../../kernel/kernel-version.ts'
import { ParleyError } from '../../plugin/errors.ts'
import { checkName, named } from './names.ts'

/** What can be written, with the packages of ours that it is developed with. */
export const KINDS: Readonly<Record<string, { readonly prefix: string; readonly beside: readonly string[] }>> = {
  channel: { prefix: 'parley-channel-', beside: ['contacts', 'inbox', 'local-files'] },
  plugin: { prefix: 'parley-plugin-', beside: [] },
}

/** Of a clone the sources are linked to; beside an installed core the registry has the packages. */
const CORE = fileURLToPath(new URL('../../', import.meta.url))
const ROOMS: Readonly<Record<string, string>> = {
  contacts: 'plugins/contacts',
  inbox: 'plugins/inbox',
  'local-files': 'adapters/local-files',
}

export interface WrittenPackage {
  readonly folder: string
  readonly name: string
  readonly files: readonly string[]
}

/** Writes a new package into `<parent>/<name>`. Throws `new.name`, or `new.exists` when something is there already. */
export async function writePackage(kind: string, name: string, parent: string): Promise<WrittenPackage> {
  checkName(name)
  const { prefix, beside } = KINDS[kind] ?? { prefix: '', beside: [] }
  const folder = join(parent, name)
  if (existsSync(folder))
    throw new ParleyError('new.exists', `${folder} is there already, and nothing is overwritten; choose another name`)
  const template = fileURLToPath(new URL(`./templates/${kind}/`, import.meta.url))
  const files = (await readdir(template, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(template, join(entry.parentPath, entry.name)))
    .sort()
  const written: string[] = []
  for (const file of files) {
    const text = named(await readFile(join(template, file), 'utf8'), name)
    const target = named(file === 'gitignore' ? '.gitignore' : file, name)
    await mkdir(dirname(join(folder, target)), { recursive: true })
    const whole = file === 'package.json' ? withDependencies(text, folder, beside) : text
    await writeFile(join(folder, target), whole, { flag: 'wx' })
    written.push(target)
  }
  return { folder, name: `${prefix}${name}`, files: written }
}

function withDependencies(text: string, folder: string, beside: readonly string[]): string {
  const manifest = JSON.parse(text)
  const installed = CORE.split(sep).includes('node_modules')
  const path = (to: string) => `file:${relative(folder, to).split(sep).join('/')}`
  const ours = [
    ['@parley/core', installed ? `^${kernelVersion}` : path(CORE)],
    ...beside.map((name) => [`@parley/${name}`, installed ? '^1.0.0' : path(join(CORE, '..', ROOMS[name] ?? ''))]),
  ]
  const devDependencies = { ...Object.fromEntries(ours), ...manifest.devDependencies }
  return `${JSON.stringify({ ...manifest, devDependencies }, null, 2)}\n`
}
