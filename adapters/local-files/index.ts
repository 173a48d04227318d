import { access, constants, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { definePlugin, logger, objectStore, provide, Regularly, reasonOf, tokens } from '@parley/core'
import { FileLinks } from './file-links.ts'
import { linkedFile } from './linked-file-route.ts'
import { LocalFileStore } from './local-file-store.ts'
import { INCOMING, PROVISIONAL } from './object-path.ts'
import { type LocalFilesSettings, localFilesSettings } from './settings.ts'
import { sweep } from './sweep.ts'

/** The object store on a local folder: for one machine, or several that share a mount. */
export default definePlugin({
  manifest: { provides: [objectStore], settings: { app: localFilesSettings } },
  deps: { log: logger, tokens },
  register({ log, tokens: signer }, settings: LocalFilesSettings) {
    const links = new FileLinks(signer)
    const store = new LocalFileStore(settings.folder, links)
    const sweeping = new Regularly('sweeping files', { everyMs: settings.sweepEveryMs, log }, async (signal) => {
      const swept = await sweep(settings.folder, store, settings, signal)
      if (swept.cutOff + swept.provisional > 0) log.info({ ...swept }, 'uploads that nobody finished or used are gone')
    })
    return {
      providers: [provide(objectStore, { value: store })],
      routes: [linkedFile({ store, links })],
      async start() {
        for (const name of [INCOMING, PROVISIONAL])
          await mkdir(join(settings.folder, name), { recursive: true, mode: 0o700 })
        sweeping.start()
      },
      stop: () => sweeping.stop(),
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
