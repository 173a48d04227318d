import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { RawBody, RouteRequest } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import type { ObjectStoreBench, ObjectStoreDriver } from '@parley/core/testing/conformance'
import { FileLinks, LINK_PATH } from '../../../adapters/local-files/file-links.ts'
import { linkedFile } from '../../../adapters/local-files/linked-file-route.ts'
import { LocalFileStore } from '../../../adapters/local-files/local-file-store.ts'
import { sweep } from '../../../adapters/local-files/sweep.ts'
import { HmacTokens, KeyRing } from '../../../core/secrets/index.ts'

const AGES = { staleUploadMs: 60_000, provisionalMs: 3_600_000 }

export function testLinks(clock = new TestClock()): FileLinks {
  return new FileLinks(new HmacTokens(new KeyRing([{ id: 'k1', key: randomBytes(32) }]), clock))
}

async function open(): Promise<ObjectStoreBench> {
  const home = await mkdtemp(join(tmpdir(), 'parley-files-'))
  const root = join(home, 'files')
  const clock = new TestClock()
  const links = testLinks(clock)
  const store = new LocalFileStore(root, links)
  const files = async () => {
    const found = await readdir(home, { recursive: true, withFileTypes: true })
    return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  }
  return {
    store,
    provisionalMs: AGES.provisionalMs,
    async follow(link) {
      const params = { token: link.slice(LINK_PATH.length + 1) }
      const reply = await linkedFile({ store, links }).handle({ params } as RouteRequest)
      if (reply.status !== 200) return { status: reply.status, content: Buffer.alloc(0), disposition: '' }
      const content = await buffer((reply.body as RawBody).content as Readable)
      return { status: 200, content, disposition: reply.headers?.['content-disposition'] ?? '' }
    },
    async pass(ms) {
      clock.advance(ms)
      const then = new Date(Date.now() - ms)
      for (const file of await files()) await utimes(file, then, then)
    },
    sweep: async () => void (await sweep(root, store, AGES, new AbortController().signal)),
    contents: async () => (await files()).map((file) => relative(root, file)),
    async breakDown() {
      await rm(root, { recursive: true })
      await writeFile(root, 'a file where the folder was')
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

export const localFilesDriver: ObjectStoreDriver = { name: 'local-files', open }
