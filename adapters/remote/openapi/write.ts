import { writeFileSync } from 'node:fs'
import { remoteDocument } from './document.ts'

/** `node adapters/remote/openapi/write.ts`: writes `openapi.json` anew, after the protocol changed. */
writeFileSync(new URL('../openapi.json', import.meta.url), `${JSON.stringify(remoteDocument(), null, 2)}\n`)
