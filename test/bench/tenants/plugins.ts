import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes `count` plugins, each with a route that reads its settings and the database, a handler and a cron job. */
export function writePlugins(folder: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const id = pluginId(index)
    const place = join(folder, id)
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'package.json'), JSON.stringify(manifestOf(id)))
    writeFileSync(join(place, 'index.ts'), sourceOf(id))
    return place
  })
}

export function pluginId(index: number): string {
  return `bench-${index}`
}

function manifestOf(id: string) {
  return {
    ...{ name: `@parley-bench/${id}`, version: '1.0.0', type: 'module' },
    parley: { plugin: './index.ts', kernel: '^1.0.0', kind: 'plugin' },
  }
}

function sourceOf(id: string): string {
  return `import { database, definePlugin, defineRoute, Joi, messageReceived, ok, tenantSettings } from '@parley/core'

export default definePlugin({
  manifest: {
    permissions: [{ key: '${id}.read', summary: 'Read.' }],
    settings: { tenant: Joi.object({ greeting: Joi.string().default('Hello') }) },
  },
  deps: { database, tenantSettings },
  register: ({ database, tenantSettings }) => ({
    routes: [
      defineRoute({
        method: 'GET',
        path: '/api/${id}',
        id: 'read${id.replaceAll('-', '')}',
        summary: 'Reads.',
        tags: ['bench'],
        access: { permission: '${id}.read' },
        responses: { 200: { description: 'What was read.' } },
        handle: async ({ tenantId }) => {
          const { greeting } = await tenantSettings.of(tenantId)
          const row = await database.transaction(tenantId, ({ trx }) => trx('parley.tenant').first('name'))
          return ok({ greeting, name: row.name })
        },
      }),
    ],
    handlers: [{ id: 'count', on: [messageReceived], handle: async () => {} }],
    jobs: [{ id: 'tidy', cron: '0 3 * * *', run: async () => {} }],
  }),
})
`
}
