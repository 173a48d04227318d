import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ParleyError, reasonOf } from '../plugin/errors.ts'

/** `$PARLEY_HOME/demo.json`, written by the demo: where a running demo is, and what each channel's simulator needs. */
export interface DemoFile {
  readonly baseUrl: string
  readonly tenantId: string
  readonly apiKey: string
  /** By channel: `webchat`, `whatsapp`. */
  readonly [channel: string]: unknown
}

/** Throws `demo.missing` or `demo.unreadable`, saying what to do. */
export function readDemoFile(home: string): DemoFile {
  const file = join(home, 'demo.json')
  if (!existsSync(file)) {
    throw new ParleyError('demo.missing', `there is no ${file}; "parley start" makes it on a first start with the demo`)
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new ParleyError('demo.unreadable', `${file} cannot be read: ${reasonOf(cause)}`, { cause })
  }
}
