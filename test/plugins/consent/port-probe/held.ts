import type { ConsentChanged, Consents, Messenger } from '@parley/core'

/** What the probe was handed when it was registered, and what it has heard since. */
export const consentProbe: { port?: Consents; messenger?: Messenger; readonly heard: ConsentChanged[] } = { heard: [] }
