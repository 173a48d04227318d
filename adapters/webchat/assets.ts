import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'

export interface Asset {
  readonly content: Buffer
  readonly contentType: string
}

/** The browser's files, read once. What is in the folder is what is served, without its comments: no bundler, no build. */
export interface Assets {
  /** Changes when any file does, so that each version can be cached for ever. */
  readonly version: string
  readonly files: ReadonlyMap<string, Asset>
  /** The embed script, still with `__PARLEY_CONFIG__` in it. */
  readonly loader: string
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}
const LOADER = 'loader.js'

/** A file of the folder that stands for a library's own: tests and types see the package, browsers get its module. */
const LIBRARIES: Readonly<Record<string, string>> = { 'preact.js': 'preact' }

export function loadAssets(folder = join(import.meta.dirname, 'widget')): Assets {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES && name !== LOADER)
  const files = new Map(names.map((name) => [name, asset(name, contentOf(folder, name))]))
  const hash = createHash('sha256')
  for (const [name, { content }] of files) hash.update(name).update(content)
  return {
    version: hash.digest('hex').slice(0, 16),
    files,
    loader: contentOf(folder, LOADER).toString('utf8'),
  }
}

function contentOf(folder: string, name: string): Buffer {
  const library = LIBRARIES[name]
  if (library !== undefined) return readFileSync(createRequire(import.meta.url).resolve(library))
  return Buffer.from(withoutComments(readFileSync(join(folder, name), 'utf8')))
}

/**
 * Comments that have lines to themselves are for who reads the source; they are a third of what would go over the wire.
 * Nothing else is touched, and line starts inside of texts never look like comments in this folder.
 */
export function withoutComments(source: string): string {
  return source.replace(/^[ \t]*\/\*[\s\S]*?\*\/[ \t]*\n/gm, '').replace(/^[ \t]*\/\/.*\n/gm, '')
}

function asset(name: string, content: Buffer): Asset {
  return { content, contentType: TYPES[extname(name)] ?? 'application/octet-stream' }
}
