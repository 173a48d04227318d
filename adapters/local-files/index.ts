import { access, constants, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { definePlugin, logger, objectStore, provide, reasonOf } from '@parley/core'
import { INCOMING, LocalFileStore } from './local-file-store.ts'
import { type LocalFilesSettings, localFilesSettings } from './settings.ts'
import { sweepStaleUploads } from './sweep.ts'

/** The object store on a local folder: for one machine, or several that share a mount. */
export default definePlugin({
  manifest: { provides: [objectStore], settings: { app: localFilesSettings } },
  deps: { log: logger },
  register({ log }, settings: LocalFilesSettings) {
    return {
      providers: [provide(objectStore, { value: new LocalFileStore(settings.folder) })],
      async start(signal) {
        await mkdir(join(settings.folder, INCOMING), { recursive: true, mode: 0o700 })
        const swept = await sweepStaleUploads(settings.folder, settings.staleUploadMs, signal)
        if (swept > 0) log.info({ swept }, 'uploads that were cut off earlier are swept away')
      },
      async health() {
        try {
          await access(settings.folder, constants.W_OK)
          return { ok: true }
        } catch (error) {
          return { ok: false, detail: reasonOf(error) }
        }
      },
    }
  },
})
