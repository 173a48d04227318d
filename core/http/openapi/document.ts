import type { Route } from '../../plugin/route.ts'
import { HOOK_PATH } from '../hooks.ts'
import { Definitions } from './definitions.ts'
import type { JsonSchema } from './json-schema.ts'
import { operationOf } from './operation.ts'
import { problemName, sharedComponents } from './shared.ts'

export interface DocumentParts {
  readonly routes: readonly Route[]
  readonly schemes: readonly string[]
  readonly info: { readonly title: string; readonly version: string }
  /** Where the API stands; relative when no outside address is configured. */
  readonly publicUrl: string | undefined
  readonly hooks: boolean
}

type Paths = Record<string, Record<string, unknown>>

/** The OpenAPI 3.1 document of what is mounted, made from the same schemas that check the requests. */
export function openApiDocument(parts: DocumentParts): Record<string, unknown> {
  const { schemas, ...components } = sharedComponents(parts.schemes)
  const definitions = new Definitions(schemas as Record<string, JsonSchema>)
  const paths: Paths = {}
  for (const route of parts.routes) {
    const operation = operationOf(route, parts.schemes, definitions)
    const path = documentedPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation }
  }
  if (parts.hooks) paths[HOOK_PATH] = hookOperations()
  return {
    openapi: '3.1.0',
    info: { ...parts.info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: parts.publicUrl ?? '/' }],
    tags: tagsOf(parts),
    paths,
    components: { ...components, schemas: definitions.all() },
  }
}

/** OpenAPI knows no wildcard or optional parameters: `{path*}` → `{path}`. */
export function documentedPath(path: string): string {
  return path.replace(/\{(\w+)(?:\?|\*\d*)\}/g, '{$1}')
}

function tagsOf({ routes, hooks }: DocumentParts): readonly { name: string }[] {
  const names = new Set(routes.flatMap((route) => route.tags))
  if (hooks) names.add('webhooks')
  return [...names].sort().map((name) => ({ name }))
}

function hookOperations(): Record<string, unknown> {
  const parameters = ['adapter', 'endpointId'].map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const problems = Object.fromEntries(
    [400, 401, 403, 404, 413, 429, 500, 503].map((status) => [
      status,
      { $ref: `#/components/responses/${problemName(status)}` },
    ]),
  )
  const shared = { tags: ['webhooks'], security: [], parameters, 'x-public': 'A vendor signs its calls instead.' }
  const text = { 'text/plain': { schema: { type: 'string' } } }
  return {
    get: {
      operationId: 'verifyWebhook',
      summary: "The vendor's challenge when the endpoint is set up.",
      ...shared,
      responses: { ...problems, 200: { description: "The challenge's answer.", content: text } },
    },
    post: {
      operationId: 'receiveWebhook',
      summary: "A vendor's signed call; answered 200 once everything in it is stored.",
      ...shared,
      requestBody: { required: true, content: { '*/*': {} } },
      responses: { ...problems, 200: { description: 'Stored.', content: text } },
    },
  }
}
