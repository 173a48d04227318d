import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { root } from './dockerfile.ts'

/** Read as Compose and Kubernetes read it: `<<` merges, and a key that stands twice is an error. Throws naming the place. */
export function readYaml(path: string): unknown {
  const [one] = documents(readFileSync(join(root, path), 'utf8'))
  return one
}

export function documents(text: string): unknown[] {
  const parsed = parseAllDocuments(text, { merge: true, uniqueKeys: true, prettyErrors: true })
  return [...parsed].map((document) => {
    const [fault] = [...document.errors, ...document.warnings]
    if (fault !== undefined) throw fault
    return document.toJS()
  })
}

/** YAML files below a folder, as paths from the root. */
export function yamlFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name))
}
