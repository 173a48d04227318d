/** `npm run pack -- <folder>`: @parley/core and the packages beside it, built and packed for a registry. */
import { resolve } from 'node:path'
import { packAll } from './pack.ts'

const [folder = 'node_modules/.cache/parley-packages'] = process.argv.slice(2)
for (const tarball of await packAll(resolve(folder))) console.log(tarball)
