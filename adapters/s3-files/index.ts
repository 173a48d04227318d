import { clock, definePlugin, logger, objectStore, provide, Regularly } from '@parley/core'
import { Bucket } from './bucket.ts'
import { s3Client } from './client.ts'
import { codeOf } from './outage.ts'
import { S3FileStore } from './s3-file-store.ts'
import { type S3FilesSettings, s3FilesSettings } from './settings.ts'
import { sweepSpool } from './spool.ts'
import { sweep } from './sweep.ts'

/** The object store in a bucket: Amazon S3, Cloudflare R2, MinIO, and whoever else speaks S3. */
export default definePlugin({
  manifest: { provides: [objectStore], settings: { app: s3FilesSettings } },
  deps: { clock, log: logger },
  register({ clock: time, log }, settings: S3FilesSettings) {
    const client = s3Client(settings)
    const bucket = new Bucket(client, settings.bucket, settings.prefix)
    const store = new S3FileStore(bucket, settings)
    const sweeping = new Regularly('sweeping files', { everyMs: settings.sweepEveryMs, log }, async (signal) => {
      await sweepSpool(settings.spoolFolder, settings.staleUploadMs)
      const swept = await sweep(bucket, store, settings, time.now(), signal)
      if (swept.cutOff + swept.provisional > 0) log.info({ ...swept }, 'uploads that nobody finished or used are gone')
    })
    return {
      providers: [provide(objectStore, { value: store })],
      start: async () => sweeping.start(),
      async stop() {
        await sweeping.stop()
        client.destroy()
      },
      async health() {
        try {
          await bucket.check()
          return { ok: true }
        } catch (error) {
          return { ok: false, detail: codeOf(error) }
        }
      },
    }
  },
})
