import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ObjectStoreBench, ObjectStoreDriver } from '@parley/core/testing/conformance'
import { Bucket } from '../../../adapters/s3-files/bucket.ts'
import { s3Client } from '../../../adapters/s3-files/client.ts'
import { S3FileStore } from '../../../adapters/s3-files/s3-file-store.ts'
import { type S3FilesSettings, s3FilesSettings } from '../../../adapters/s3-files/settings.ts'
import { S3Simulator } from '../../../adapters/s3-files/simulator/simulator.ts'
import { sweep } from '../../../adapters/s3-files/sweep.ts'

export const CREDENTIALS = { accessKeyId: 'AKIAPARLEYTEST', secretAccessKey: 'a secret of the bucket' }

/** A store of ours and the S3 it speaks to, which counts time as the test says. */
export async function openS3(more: Partial<S3FilesSettings> = {}) {
  const spoolFolder = await mkdtemp(join(tmpdir(), 'parley-spool-'))
  const time = { passed: 0 }
  const now = () => Date.now() + time.passed
  const simulator = new S3Simulator({ bucket: 'parley', credentials: CREDENTIALS, pageSize: 2, now })
  const endpoint = await simulator.listen()
  const settings: S3FilesSettings = s3FilesSettings.validate({
    ...{ bucket: 'parley', endpoint, pathStyle: true, prefix: 'here/', spoolFolder, ...CREDENTIALS },
    ...{ partBytes: 5 * 1024 * 1024, maxAttempts: 1, ...more },
  }).value
  const client = s3Client(settings)
  const bucket = new Bucket(client, settings.bucket, settings.prefix)
  const store = new S3FileStore(bucket, settings)
  const signal = new AbortController().signal
  return {
    ...{ simulator, settings, bucket, store },
    /** For both sides: S3 refuses a caller whose clock is another than its own. */
    pass(ms: number) {
      time.passed += ms
      client.config.systemClockOffset = time.passed
    },
    sweep: () => sweep(bucket, store, settings, new Date(now()), signal),
    async close() {
      client.destroy()
      await simulator.close()
      await rm(spoolFolder, { recursive: true, force: true })
    },
  }
}

async function open(): Promise<ObjectStoreBench> {
  const { simulator, settings, store, pass, sweep: sweepNow, close } = await openS3()
  return {
    store,
    provisionalMs: settings.provisionalMs,
    async follow(link) {
      const answer = await fetch(link)
      const content = Buffer.from(await answer.arrayBuffer())
      return { status: answer.status, content, disposition: answer.headers.get('content-disposition') ?? '' }
    },
    pass: async (ms) => pass(ms),
    sweep: async () => void (await sweepNow()),
    contents: async () => [
      ...simulator.objects.keys(),
      ...simulator.uploads.open('').map(({ key }) => key),
      ...(await readdir(settings.spoolFolder)),
    ],
    async breakDown() {
      simulator.faults.add({ kind: 'fail', status: 503 })
    },
    close,
  }
}

export const s3FilesDriver: ObjectStoreDriver = { name: 's3-files', open }
