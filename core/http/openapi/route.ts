import type { Route } from '../../plugin/route.ts'
import { documentRoute } from '../document-route.ts'

/** `GET /api/openapi.json`. */
export function openApiRoute(document: () => Record<string, unknown>): Route {
  const place = {
    path: '/api/openapi.json',
    id: 'getOpenApi',
    summary: 'This document.',
    access: { public: 'The API is documented for everybody.' },
    format: 'OpenAPI 3.1.',
  }
  return documentRoute(place, document)
}
