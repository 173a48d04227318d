import { ParleyError } from '@parley/core'

export type Schema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}

/** What a client learns about one operation from the document, with every reference followed. */
export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly tag: string
  /** Schemes that do, each with the permissions it needs; none: public. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly Parameter[]
  /** Content type of the body, and its schema. */
  readonly body: { readonly type: string; readonly schema: Schema; readonly required: boolean } | undefined
  /** By status: content type and where its schema stands in the document. */
  readonly responses: Readonly<Record<string, Readonly<Record<string, { readonly pointer: string | undefined }>>>>
}

/** An OpenAPI 3.1 document as our own server tells it. */
export class ApiDocument {
  readonly root: Schema

  constructor(root: unknown) {
    this.root = root as Schema
  }

  operations(): readonly Operation[] {
    const paths = Object.entries(this.root.paths as Record<string, Record<string, Schema>>)
    return paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => this.#operation(path, method, operation)),
    )
  }

  /** What a `$ref` stands for; anything else as it is. */
  resolve<T>(node: T): T {
    const reference = (node as { $ref?: unknown } | undefined)?.$ref
    if (typeof reference !== 'string') return node
    return this.resolve(this.#at(reference) as T)
  }

  #operation(path: string, method: string, operation: Schema): Operation {
    const { operationId, tags, security, parameters = [], requestBody, responses } = operation
    const content = this.resolve(requestBody as Schema | undefined)
    const [type, media] = Object.entries((content?.content ?? {}) as Record<string, Schema>)[0] ?? []
    const [tag = 'kernel'] = tags as string[]
    return {
      ...{ id: String(operationId), method: method.toUpperCase(), path, tag },
      security: security as Operation['security'],
      parameters: (parameters as Parameter[]).map((one) => this.resolve(one)),
      body:
        type === undefined
          ? undefined
          : { type, schema: (media?.schema ?? {}) as Schema, required: content?.required === true },
      responses: Object.fromEntries(
        Object.entries(responses as Record<string, Schema>).map(([status, response]) => [
          status,
          this.#contentOf(response, `#/paths/${escaped(path)}/${method}/responses/${status}`),
        ]),
      ),
    }
  }

  #contentOf(response: Schema, place: string): Operation['responses'][string] {
    const found = this.resolve(response)
    const base = typeof response.$ref === 'string' ? response.$ref : place
    const content = Object.entries((found.content ?? {}) as Record<string, Schema>)
    return Object.fromEntries(
      content.map(([type, { schema }]) => {
        const pointer = schema === undefined ? undefined : `${base}/content/${escaped(type)}/schema`
        return [type, { pointer }]
      }),
    )
  }

  #at(reference: string): unknown {
    const steps = reference.slice('#/'.length).split('/')
    const found = steps.reduce<unknown>(
      (node, step) => (node as Schema | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
      this.root,
    )
    if (found === undefined) throw new ParleyError('test.reference', `The document has nothing at ${reference}.`)
    return found
  }
}

/** A step of a JSON pointer (RFC 6901). */
function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}
