import specs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'

type Problem = { readonly where: string; readonly what: string }

/** Checks documents against AsyncAPI's own JSON Schema of version 3.0.0, the Kafka bindings among it. */
export function asyncApiValidator(): (document: object) => readonly Problem[] {
  const { definitions, ...schema } = specs.schemas['3.0.0'] as { definitions: Record<string, object> }
  // ajv brings draft-07 along and refuses a second one.
  const { 'http://json-schema.org/draft-07/schema': _draft07, ...own } = definitions
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  const validate = ajv.compile({ ...schema, definitions: own })
  return (document) => {
    if (validate(document)) return []
    return (validate.errors ?? []).map(({ instancePath, message = '' }) => ({ where: instancePath, what: message }))
  }
}

/** The references of a document that lead nowhere. */
export function danglingReferences(document: object): readonly string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '')
  return references.filter((reference) => {
    const found = reference.split('/').reduce<unknown>((node, key) => Object(node)[key], document)
    return typeof found !== 'object'
  })
}
