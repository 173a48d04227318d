import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { gunzipSync } from 'node:zlib'
import { ROOT } from '../pack/compile.ts'

interface Locked {
  readonly name?: string
  readonly version: string
  readonly [field: string]: unknown
}

/** A version that the registry has: in a folder of node_modules, or packed. */
interface Shelf {
  readonly manifest: Locked
  readonly folder?: string
  readonly tarball?: string
}

/** Fields of package.json that npm decides by. */
const KEPT = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bin',
  'os',
  'cpu',
  'engines',
  'libc',
]

/**
 * A package registry on the loopback, for `npm install` as a person types it: it has what the repository's lock file has,
 * out of its node_modules, and the tarballs it is given. Nothing comes from elsewhere.
 */
export class LocalRegistry {
  readonly #server: Server
  readonly #packages = new Map<string, Map<string, Shelf>>()
  #url = ''

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(decodeURIComponent(request.url ?? '/'), response).catch((error: unknown) =>
        response.destroy(error as Error),
      )
    })
  }

  /** `http://127.0.0.1:<port>` */
  get url(): string {
    return this.#url
  }

  async open(tarballs: readonly string[]): Promise<void> {
    const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'))
    for (const [path, locked] of Object.entries(lock.packages as Record<string, Locked>)) {
      if (!path.startsWith('node_modules/') || locked.link === true) continue
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      this.#add(name, { manifest: locked, folder: join(ROOT, path) })
    }
    for (const tarball of tarballs) {
      const manifest = await manifestIn(tarball)
      this.#add(manifest.name ?? '', { manifest, tarball })
    }
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #add(name: string, shelf: Shelf): void {
    const versions = this.#packages.get(name) ?? new Map<string, Shelf>()
    versions.set(shelf.manifest.version, shelf)
    this.#packages.set(name, versions)
  }

  /** `/<name>` describes, `/-/<name>/<version>.tgz` is the package itself. */
  async #answer(path: string, response: ServerResponse): Promise<void> {
    const [, name = '', version = ''] = /^\/-\/(.+)\/([^/]+)\.tgz$/.exec(path) ?? []
    const shelf = this.#packages.get(name)?.get(version)
    if (shelf !== undefined) return send(shelf, response)
    const versions = this.#packages.get(path.slice(1))
    response.writeHead(versions === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(versions === undefined ? {} : this.#describe(path.slice(1), versions)))
  }

  #describe(name: string, versions: ReadonlyMap<string, Shelf>) {
    const described = [...versions].map(([version, { manifest }]) => [
      version,
      {
        ...{ name, version, ...Object.fromEntries(KEPT.map((field) => [field, manifest[field]])) },
        dist: { tarball: `${this.#url}/-/${name}/${version}.tgz` },
      },
    ])
    const latest = [...versions.keys()].find(
      (version) => versions.get(version)?.folder === join(ROOT, 'node_modules', name),
    )
    return {
      name,
      'dist-tags': { latest: latest ?? [...versions.keys()].at(-1) },
      versions: Object.fromEntries(described),
    }
  }
}

/** A folder goes without what was installed below it: npm places that where it wants it. Its name is stripped by npm. */
async function send({ folder, tarball }: Shelf, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream' })
  if (tarball !== undefined) {
    response.end(await readFile(tarball))
    return
  }
  const [parent, name] = [dirname(folder ?? ''), basename(folder ?? '')]
  const tar = spawn('tar', ['-c', '-C', parent, `--exclude=${name}/node_modules`, name])
  await pipeline(tar.stdout, response)
}

async function manifestIn(tarball: string): Promise<Locked> {
  const tar = gunzipSync(await readFile(tarball))
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(tar.toString('utf8', at + 124, at + 136), 8)
    if (name === 'package/package.json') return JSON.parse(tar.toString('utf8', at + 512, at + 512 + size))
    at += 512 + Math.ceil((size || 0) / 512) * 512
  }
  throw new Error(`${tarball} holds no package/package.json`)
}
