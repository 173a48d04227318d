import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export const ROOT = join(import.meta.dirname, '../..')
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
const run = promisify(execFile)

/** Text that is shipped as it is: a package that `parley new` writes is no part of the program. */
const TEMPLATES = 'core/cli/scaffold/templates'

/**
 * Compiles rooms of the repository (`core`, `plugins/inbox`) below `out`, where each lies as it does here: JavaScript and
 * declarations, with `.ts` in every import become `.js`. SQL, pages and other files that are read at run time go along.
 */
export async function compile(rooms: readonly string[], out: string, options: { declarationsOnly?: boolean } = {}) {
  await mkdir(out, { recursive: true })
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: options.declarationsOnly ?? false },
      ...{ rewriteRelativeImportExtensions: true, outDir: out, rootDir: ROOT },
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    include: rooms.map((room) => join(ROOT, room)),
    exclude: [join(ROOT, TEMPLATES), '**/node_modules'],
  }
  const file = join(out, 'tsconfig.build.json')
  await writeFile(file, JSON.stringify(config))
  await run(process.execPath, [TSC, '-p', file]).catch((error: { stdout?: string }) => {
    throw new Error(`tsc failed:\n${error.stdout}`, { cause: error })
  })
  await rewriteDeclarations(out)
}

/** Files beside the sources that the program reads, or that a developer's tools do: everything that is no TypeScript source. */
export async function copyRest(room: string, out: string): Promise<void> {
  for (const file of await filesIn(join(ROOT, room))) {
    const template = join(room, file).startsWith(TEMPLATES)
    const source = /(?<!\.d)\.m?ts$/.test(file) && !template
    if (source || /(^|\/)(node_modules|simulator)\//.test(file)) continue
    await cp(join(ROOT, room, file), join(out, room, file))
  }
}

export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

/** tsc rewrites what runs, and leaves the declarations as they were written. */
async function rewriteDeclarations(out: string): Promise<void> {
  for (const file of await filesIn(out)) {
    if (!file.endsWith('.d.ts')) continue
    const text = await readFile(join(out, file), 'utf8')
    const changed = text.replace(/((?:from|import\() ?['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2')
    if (changed !== text) await writeFile(join(out, file), changed)
  }
}
