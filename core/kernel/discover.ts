import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import Joi from 'joi'
import semver from 'semver'
import { reasonsOf } from '../config/reasons.ts'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import { type PluginPackage, PluginRecord } from './record.ts'

/** An entry of the allow-list in `config/`. Nothing else is ever loaded. */
export interface PluginEntry {
  /** A folder (`./plugins/inbox`, or an absolute path) or the name of an installed npm package. */
  readonly use: string
  /**
   * Loads it once more under this id, beside or instead of itself: for an adapter that speaks to one outside party at a time.
   * Its settings find the id in `as`, and must know that name.
   */
  readonly as?: string
  /** Whether a tenant that never decided has it. Default true. */
  readonly enabledByDefault?: boolean
  /** Its failure aborts the boot, even when it fails before it can say so itself. Default false. */
  readonly required?: boolean
  /** The plugin's app settings; its own schema checks them. */
  readonly settings?: unknown
}

export const PLUGIN_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** Names that mean something to the kernel, or to Postgres as schemas. */
const RESERVED: ReadonlySet<string> = new Set(['kernel', 'parley', 'pgboss', 'public', 'information-schema'])

const packageSchema = Joi.object({
  name: Joi.string().required(),
  version: Joi.string()
    .required()
    .custom((value, helpers) => semver.valid(value) ?? helpers.error('any.invalid')),
  parley: Joi.object({
    plugin: Joi.string().required(),
    kernel: Joi.string()
      .required()
      .custom((value, helpers) => (semver.validRange(value) === null ? helpers.error('any.invalid') : value)),
    kind: Joi.valid('plugin', 'adapter').required(),
    simulator: Joi.string(),
    source: Joi.string(),
    driver: Joi.string(),
  }).required(),
}).unknown(true)

/**
 * Reads package.json of every entry, and decides compatibility before any plugin code runs. One bad package costs only
 * itself: its record comes back `failed`, saying what is wrong with it.
 */
export function discover(
  entries: readonly PluginEntry[],
  root: string,
  kernelVersion: string,
): readonly PluginRecord[] {
  const records = entries.map((entry) => discoverOne(entry, root, kernelVersion))
  const seen = new Map<string, PluginRecord>()
  for (const record of records) {
    const first = seen.get(record.id)
    if (first === undefined) seen.set(record.id, record)
    else if (!record.down) record.to('failed', `the id ${record.id} is already taken by ${first.use}`)
  }
  return records
}

function discoverOne(entry: PluginEntry, root: string, kernelVersion: string): PluginRecord {
  let found: PluginPackage
  try {
    found = named(readPackage(entry.use, root), entry.as)
  } catch (error) {
    const record = new PluginRecord({ ...entry, id: entry.as ?? basename(entry.use) })
    record.to('failed', reasonOf(error))
    return record
  }
  const record = new PluginRecord({ ...entry, id: found.id, package: found })
  if (!semver.satisfies(kernelVersion, found.kernel, { includePrerelease: true })) {
    record.to('failed', `it is made for kernel ${found.kernel}, and this kernel is ${kernelVersion}`)
  }
  return record
}

/** The package under the id that the configuration gives it. Throws `plugin.misnamed`. */
function named(found: PluginPackage, as: string | undefined): PluginPackage {
  if (as === undefined) return found
  const fault = idFault(as)
  if (fault !== undefined) throw new ParleyError('plugin.misnamed', `\`as\` of ${found.name} ${fault}`)
  return { ...found, id: as }
}

function idFault(id: string): string | undefined {
  if (!PLUGIN_ID.test(id)) return `must be kebab-case, got "${id}"`
  return RESERVED.has(id) ? `is "${id}", the kernel's own name; its schema is taken` : undefined
}

/** Throws `plugin.unreadable` saying which file, and what was expected in it. */
export function readPackage(use: string, root: string): PluginPackage {
  const file = packageFile(use, root)
  const { value, error } = packageSchema.validate(readJson(file), { abortEarly: false })
  if (error) throw unreadable(file, reasonsOf(error).join('; '))
  const id = value.name.replace(/^@[^/]+\//, '')
  const fault = idFault(id)
  if (fault !== undefined) throw unreadable(file, `the name without its scope ${fault}`)
  // The real path: a workspace link in node_modules is loaded from where it lies, so that its TypeScript may run.
  const folder = realpathSync(dirname(file))
  const { kernel, kind, plugin, simulator, source, driver } = value.parley
  return {
    id,
    name: value.name,
    version: value.version,
    kind,
    kernel,
    entry: entryIn(folder, plugin, source),
    ...(driver === undefined ? {} : { driver: resolve(folder, driver) }),
    ...(simulator === undefined ? {} : { simulator: resolve(folder, simulator) }),
  }
}

/** While a package is being written its TypeScript runs; below `node_modules` Node runs none, and what was built does. */
function entryIn(folder: string, plugin: string, source: string | undefined): string {
  const written = source === undefined ? undefined : resolve(folder, source)
  const installed = folder.split(sep).includes('node_modules')
  return written !== undefined && !installed && existsSync(written) ? written : resolve(folder, plugin)
}

function packageFile(use: string, root: string): string {
  if (use.startsWith('.') || isAbsolute(use)) return join(resolve(root, use), 'package.json')
  return installedPackage(use, root) ?? fail(use, `no such package is installed for ${root}`)
}

/** Ignores `exports`, which need not show package.json. */
function installedPackage(name: string, root: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(root, 'package.json')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function fail(file: string, why: string): never {
  throw unreadable(file, why)
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw unreadable(file, reasonOf(cause), cause)
  }
}

function unreadable(file: string, why: string, cause?: unknown): ParleyError {
  return new ParleyError('plugin.unreadable', `cannot read the plugin's package at ${file}: ${why}`, { cause })
}
