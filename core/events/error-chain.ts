import { ParleyError } from '../plugin/errors.ts'

/** An error and its causes as an operator sees them, outermost first. No stack, no details, no row values, no secrets. */
export type ErrorChain = readonly { readonly name: string; readonly code: string; readonly message: string }[]

const mostCauses = 5
const longestMessage = 500

export function errorChain(error: unknown): ErrorChain {
  const chain: { name: string; code: string; message: string }[] = []
  let current: unknown = error
  while (current !== undefined && current !== null && chain.length < mostCauses) {
    chain.push(link(current))
    current = current instanceof Error ? current.cause : undefined
  }
  return chain
}

function link(error: unknown): { name: string; code: string; message: string } {
  if (!(error instanceof Error)) return { name: typeof error, code: '', message: masked(String(error)) }
  const code =
    error instanceof ParleyError || ('code' in error && typeof error.code === 'string') ? String(error.code) : ''
  return { name: error.name, code, message: masked(withoutStatement(error)) }
}

/** knex puts the statement before the reason: `insert into … - duplicate key value …`. */
function withoutStatement(error: Error): string {
  if (!('severity' in error)) return error.message
  return error.message.slice(error.message.lastIndexOf(' - ') + 1).replace(/^- /, '')
}

const scheme = /\b(bearer|basic)\s+[^\s"',;&]+/gi
const named = /\b(password|passwd|secret|token|api[-_ ]?key|signature)(["']?\s*[=: ]\s*["']?)[^\s"',;&]+/gi
const opaque = /\b(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])[\w+/]{32,}={0,2}/gi

function masked(message: string): string {
  return message.replace(scheme, '$1 ***').replace(named, '$1$2***').replace(opaque, '***').slice(0, longestMessage)
}
