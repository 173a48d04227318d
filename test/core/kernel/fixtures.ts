import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the plugins for failure tests lie. */
export const FIXTURES = fileURLToPath(new URL('../../fixtures/plugins/', import.meta.url))

export const fixture = (name: string): string => join(FIXTURES, name)

/** Long enough for everything that works, short enough for what hangs. */
export const DEADLINES = { loadMs: 3000, registerMs: 3000, startMs: 3000, stopMs: 3000, healthMs: 100 }

/** A folder whose package.json is cut off in the middle; made here, as no formatter would leave it alone. */
export function unreadablePackage(): { readonly id: string; readonly use: string; remove(): Promise<void> } {
  const use = mkdtempSync(join(tmpdir(), 'parley-unreadable-'))
  writeFileSync(join(use, 'package.json'), '{ "name": "@parley-fixtures/unreadable", ')
  return { id: use.slice(use.lastIndexOf('/') + 1), use, remove: () => rm(use, { recursive: true }) }
}
