import type { EventChannel } from '../../events/index.ts'
import type { Route } from '../../plugin/route.ts'
import { documentRoute } from '../document-route.ts'
import { asyncApiDocument, type DocumentParts, type Publisher } from './document.ts'

/** Where the document's parts are looked up when it is asked for. */
export interface AsyncApiSource {
  readonly info: DocumentParts['info']
  publishers(): readonly Publisher[]
  types(): DocumentParts['types']
  channels(): Promise<readonly EventChannel[]>
}

/** `GET /api/asyncapi.json`: made when first asked for, and again once other plugins publish or handle events. */
export function asyncApiRoute(source: AsyncApiSource): Route {
  const place = {
    path: '/api/asyncapi.json',
    id: 'getAsyncApi',
    summary: 'The events of this process, as AsyncAPI.',
    access: { public: 'Events are documented for everybody, like the API.' },
    format: 'AsyncAPI 3.0.',
  }
  return documentRoute(place, memoised(source))
}

function memoised(source: AsyncApiSource): () => Promise<Record<string, unknown>> {
  let made: { readonly of: string; readonly document: Record<string, unknown> } | undefined
  return async () => {
    const types = source.types()
    const publishers = source.publishers()
    const of = JSON.stringify([types.map(({ type }) => type), publishers.map(({ plugin }) => plugin)])
    if (made?.of !== of) {
      const channels = await source.channels()
      made = { of, document: asyncApiDocument({ info: source.info, types, publishers, channels }) }
    }
    return made.document
  }
}
