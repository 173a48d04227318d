import type { TestAnswer } from '@parley/core/testing'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { ApiDocument, Operation } from './api-document.ts'

const PROBLEM = 'application/problem+json'

/** Holds answers against what the document promises about them. */
export class Judge {
  readonly #ajv: Ajv2020
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor({ root }: ApiDocument) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(this.#ajv)
    this.#ajv.addFormat('hex', /^[0-9a-f]*$/i)
    this.#ajv.addSchema({ ...root, $id: 'urn:parley:api' })
  }

  /** What is wrong with an answer; `undefined` when it is as documented. A documented 501 is no failure: the part is not there. */
  complaint({ responses }: Operation, { status, headers, body, text }: TestAnswer): string | undefined {
    if (status >= 500 && status !== 501) return `${status}: ${text.slice(0, 500)}`
    const documented = responses[String(status)]
    if (documented === undefined) return `${status} is not documented: ${text.slice(0, 300)}`
    const [type = ''] = String(headers['content-type'] ?? '').split(';')
    if (status >= 400 && documented[type] === undefined)
      return `${status} came as "${type}", documented is ${Object.keys(documented).join(', ')}`
    // Another protocol's own errors (OFREP) have their own content type.
    const fault = status >= 400 && type === PROBLEM ? problemFault(status, body) : undefined
    if (status >= 400) return fault ?? this.#mismatch(documented[type]?.pointer, body)
    const types = Object.keys(documented)
    if (types.length === 0)
      return text === '' || status >= 300 ? undefined : `${status} has a body, which is not documented`
    if (!types.some((one) => one === type || one === '*/*' || one === 'application/octet-stream'))
      return `${status} came as "${type}", documented is ${types.join(', ')}`
    return this.#mismatch(documented[type]?.pointer, body)
  }

  #mismatch(pointer: string | undefined, body: unknown): string | undefined {
    if (pointer === undefined) return undefined
    const validate = this.#compiled.get(pointer) ?? this.#ajv.compile({ $ref: `urn:parley:api${encodeURI(pointer)}` })
    this.#compiled.set(pointer, validate)
    if (validate(body)) return undefined
    return `the body is not as documented: ${this.#ajv.errorsText(validate.errors)}: ${JSON.stringify(body).slice(0, 500)}`
  }
}

/** RFC 9457, with what our problems always have. */
function problemFault(status: number, body: unknown): string | undefined {
  const problem = body as Readonly<Record<string, unknown>>
  if (problem.status !== status) return `the problem says ${problem.status}, the answer ${status}`
  if (problem.type !== `urn:parley:problem:${problem.code}`)
    return `the problem's type is ${problem.type}, its code ${problem.code}`
  return undefined
}
