import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Joi from 'joi'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import type { ParleyConfig } from './define-config.ts'
import { reasonsOf } from './reasons.ts'

const schema = Joi.object({
  plugins: Joi.array()
    .items(
      Joi.object({
        use: Joi.string().required(),
        enabledByDefault: Joi.boolean(),
        required: Joi.boolean(),
        settings: Joi.any(),
      }),
    )
    .unique('use')
    .required(),
  demo: Joi.function(),
})

/** In an installation that was built to JavaScript there is no `.ts`. */
const CANDIDATES = ['config/index.ts', 'config/index.js', 'config/index.mjs']

/** Loads the configuration of the installation in `root`; throws `config.missing` or `config.invalid` naming the field. */
export async function loadConfig(root: string): Promise<ParleyConfig> {
  const file = CANDIDATES.map((name) => join(root, name)).find((path) => existsSync(path))
  if (file === undefined) {
    throw new ParleyError('config.missing', `no configuration: expected ${CANDIDATES.join(' or ')} in ${root}`)
  }
  const config: unknown = await importDefault(file)
  const { error } = schema.validate(config, { abortEarly: false, convert: false, presence: 'optional' })
  if (config === undefined || error) {
    const why = error
      ? reasonsOf(error).join('; ')
      : 'it has no default export; expected defineConfig({ plugins: […] })'
    throw new ParleyError('config.invalid', `${file} is not a configuration: ${why}`)
  }
  return config as ParleyConfig
}

async function importDefault(file: string): Promise<unknown> {
  try {
    return (await import(pathToFileURL(file).href)).default
  } catch (cause) {
    throw new ParleyError('config.invalid', `${file} cannot be loaded: ${reasonOf(cause)}`, { cause })
  }
}
