import { readFileSync } from 'node:fs'

/** The version that plugins name in their kernel range: core/package.json's. */
export const kernelVersion: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version
