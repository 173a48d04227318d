import Joi from 'joi'
import { reasonsOf } from '../config/reasons.ts'
import { flagKey } from '../flags/definition-schema.ts'

/*
 * Everything that crosses a package border is recognised by its marks (`$$type`, `apiVersion`), never by `instanceof`:
 * a partner's package may carry its own copy of a library.
 */

/** Any joi schema, also one made by another copy of joi. */
export const joiSchema = Joi.any().custom((value, helpers) =>
  Joi.isSchema(value, { legacy: true }) ? value : helpers.message({ custom: '{{#label}} must be a joi schema' }),
)

export const portShape = Joi.object({
  $$type: Joi.valid('parley.port').required(),
  id: Joi.string().required(),
  version: Joi.number().integer().min(1).required(),
  cardinality: Joi.valid('one', 'many').required(),
  type: Joi.any(),
})

const dependencyShape = Joi.alternatives().conditional('.$$type', {
  is: 'parley.optional-port',
  then: Joi.object({ $$type: Joi.string(), port: portShape.required() }),
  otherwise: portShape,
})

export const eventTypeShape = Joi.object({
  $$type: Joi.valid('parley.event-type').required(),
  type: Joi.string()
    .pattern(/^[a-z0-9-]+(\.[a-z0-9-]+)*\.v[1-9][0-9]*$/, 'past.tense.v1')
    .required(),
  topic: Joi.string().required(),
  summary: Joi.string().required(),
  schema: joiSchema.required(),
  personal: Joi.array().items(Joi.string()).required(),
  identifying: Joi.array().items(Joi.string()),
  data: Joi.any(),
})

const fileUrl = Joi.any().custom((value, helpers) =>
  value instanceof URL && value.protocol === 'file:'
    ? value
    : helpers.message({ custom: '{{#label}} must be a file URL' }),
)

const dottedName = Joi.string().pattern(/^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$/, 'schema.table')

const manifestShape = Joi.object({
  boot: Joi.valid('required', 'optional'),
  provides: Joi.array().items(portShape),
  publishes: Joi.array().items(eventTypeShape),
  permissions: Joi.array()
    .items(
      Joi.object({
        key: Joi.string().required(),
        summary: Joi.string().required(),
        roles: Joi.array()
          .items(Joi.valid('admin', 'agent', 'viewer'))
          .unique(),
      }),
    )
    .unique('key'),
  sealed: Joi.array().items(
    Joi.object({ table: dottedName.required(), column: Joi.string().required(), purpose: Joi.string().required() }),
  ),
  flags: Joi.array()
    .items(
      Joi.object({
        key: flagKey.required(),
        summary: Joi.string().required(),
        kind: Joi.valid('boolean', 'string', 'number', 'object'),
        variants: Joi.object(),
        default: Joi.string().required(),
      }),
    )
    .unique('key'),
  flag: Joi.string(),
  settings: Joi.object({ app: joiSchema, tenant: joiSchema, personal: Joi.array().items(Joi.string()) }),
  migrations: fileUrl,
})

const pluginShape = Joi.object({
  $$type: Joi.valid('parley.plugin').required(),
  apiVersion: Joi.valid(1).required(),
  manifest: manifestShape.required(),
  deps: Joi.object().pattern(Joi.string(), dependencyShape).required(),
  register: Joi.function().required(),
})

/** What is wrong with an entry file's default export; empty when it is a plugin. */
export function shapeProblems(value: unknown): readonly string[] {
  if (value === undefined) return ['the entry file has no default export; expected the result of definePlugin']
  const { error } = pluginShape.label('plugin').validate(value, { abortEarly: false, convert: false })
  return error ? reasonsOf(error) : []
}
