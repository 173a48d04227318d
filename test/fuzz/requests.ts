import fc, { type Arbitrary } from 'fast-check'
import type { Operation } from './api-document.ts'
import { hostileValues, spoiled } from './hostile.ts'
import { type Values, valuesOf } from './schema-values.ts'

export interface FuzzRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload?: string | Buffer
}

interface Body {
  readonly type?: string
  readonly payload?: string | Buffer
}

/** Requests of one operation: rather more than half as the document asks for them, the others wrong in one place or another. */
export function requestsOf(operation: Operation, values: Values, placed: (name: string) => readonly string[]) {
  const path = pathsOf(operation, values, placed)
  const query = queriesOf(operation, values)
  const headers = headersOf(operation)
  return fc
    .tuple(path, query, headers, bodiesOf(operation, values))
    .map(([path, query, headers, { type, payload }]) => ({
      method: operation.method,
      url: query === '' ? path : `${path}?${query}`,
      headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(payload === undefined ? {} : { payload }),
    })) satisfies Arbitrary<FuzzRequest>
}

function pathsOf(
  { path, parameters }: Operation,
  values: Values,
  placed: (name: string) => readonly string[],
): Arbitrary<string> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const parts = names.map((name) => {
    const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema ?? { type: 'string' }
    const known = placed(path.slice(0, path.indexOf(`{${name}}`) + name.length + 2))
    return fc.oneof(
      ...(known.length === 0 ? [] : [{ weight: 8, arbitrary: fc.constantFrom(...known) }]),
      { weight: 3, arbitrary: valuesOf(schema, values).map((value) => encoded(value)) },
      { weight: 1, arbitrary: hostileValues.map((value) => encoded(value)) },
      { weight: 1, arbitrary: fc.constantFrom('%zz', '%00', '%c3%28', '..%2f..', '%F0%9F%99%82', '+') },
    )
  })
  return fc
    .tuple(...parts)
    .map((found) =>
      names.reduce(
        (url, name, index) => url.replace(`{${name}}`, () => (found[index] === '' ? '%20' : (found[index] ?? ''))),
        path,
      ),
    )
}

/** Texts longer than a URL are of no interest: the server's own limit answers before any of ours. */
function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return encodeURIComponent(text.slice(0, 2000).toWellFormed())
}

function queriesOf({ parameters }: Operation, values: Values): Arbitrary<string> {
  const query = parameters.filter((one) => one.in === 'query')
  const fitting = Object.fromEntries(query.map(({ name, schema }) => [name, valuesOf(schema, values)]))
  const wrong = Object.fromEntries(query.map(({ name }) => [name, hostileValues]))
  const requiredKeys = query.filter(({ required }) => required).map(({ name }) => name)
  const texts = (record: Readonly<Record<string, unknown>>) =>
    Object.entries(record)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`)
      .join('&')
  return fc.oneof(
    { weight: 6, arbitrary: fc.record(fitting, { requiredKeys }).map(texts) },
    { weight: 2, arbitrary: fc.record(wrong, { requiredKeys: [] }).map(texts) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'limit=0&limit=x',
        'cursor=AAAA',
        'unheard=of',
        '%zz=1',
        'a[b]=c',
        'cursor=e30',
        'cursor=W10',
      ),
    },
  )
}

function headersOf({ parameters }: Operation): Arbitrary<Record<string, string>> {
  if (!parameters.some(({ in: place }) => place === 'header')) return fc.constant({})
  const keys = fc.oneof(fc.uuid(), fc.constantFrom('', 'same', 'x'.repeat(300), 'é', '"quoted"'))
  return fc
    .option(keys, { freq: 3, nil: undefined })
    .map((key) => (key === undefined ? {} : { 'idempotency-key': key }))
}

function bodiesOf({ method, body }: Operation, values: Values): Arbitrary<Body> {
  if (method === 'GET') return fc.constant({})
  const schema = body?.schema ?? { type: 'object', additionalProperties: false }
  const fitting = valuesOf(schema, values)
  const wrong = fc.oneof(spoiled(fitting), hostileValues)
  const json = 'application/json'
  const usual =
    body?.type === 'multipart/form-data'
      ? fitting.map(form)
      : body?.type.includes('urlencoded')
        ? fitting.map(urlencoded)
        : undefined
  return fc.oneof(
    { weight: 9, arbitrary: usual ?? fitting.map((value) => ({ type: json, payload: JSON.stringify(value) })) },
    {
      weight: 6,
      arbitrary: wrong.map((value) => ({ type: json, payload: JSON.stringify(value) ?? '' })),
    },
    { weight: 2, arbitrary: brokenBodies },
    { weight: 1, arbitrary: fc.constant({}) },
  )
}

const brokenBodies: Arbitrary<Body> = fc.constantFrom<Body>(
  { type: 'application/json', payload: '{"a":' },
  { type: 'application/json', payload: '{"__proto__":{"x":1},"constructor":{"prototype":1}}' },
  { type: 'application/json', payload: '{"a":1,"a":2}' },
  { type: 'application/json', payload: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
  { type: 'application/json; charset=utf-16', payload: '{}' },
  { type: 'text/plain', payload: 'hello' },
  { type: 'application/xml', payload: '<a/>' },
  { type: 'nonsense', payload: '{}' },
  { type: 'application/x-www-form-urlencoded', payload: 'a=1&a=2&__proto__=3' },
  { type: 'multipart/form-data', payload: 'no boundary' },
  {
    type: 'multipart/form-data; boundary=x',
    payload: '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nunfinished',
  },
)

function urlencoded(value: unknown): Body {
  const entries = Object.entries(value as object).map(([key, one]) => [key, String(one).toWellFormed()])
  return {
    type: 'application/x-www-form-urlencoded',
    payload: new URLSearchParams(Object.fromEntries(entries)).toString(),
  }
}

/** One file, and what else the schema made as fields. */
function form(value: unknown): Body {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const fields = Object.entries(value as object).filter(([key]) => key !== 'files')
  const head = fields.map(([key, one]) =>
    part(`name="${encodeURIComponent(key)}"`, Buffer.from(JSON.stringify(one) ?? '')),
  )
  const file = part('name="file"; filename="dot.png"\r\nContent-Type: image/png', png)
  return {
    type: 'multipart/form-data; boundary=parley-fuzz',
    payload: Buffer.concat([...head, file, Buffer.from('--parley-fuzz--\r\n')]),
  }
}

function part(disposition: string, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`--parley-fuzz\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
}
