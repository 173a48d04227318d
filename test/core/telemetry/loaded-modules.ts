/**
 * A program of its own: boots a kernel with all first-party plugins, takes a request, and prints how many modules of
 * OpenTelemetry were loaded until then, whichever way.
 */
import { registerHooks } from 'node:module'

const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    if (url.includes('@opentelemetry')) loaded.add(url)
    return next(url, context)
  },
})

const { startTestKernel } = await import('../../../core/testing/index.ts')
const { testServer } = await import('../../../core/testing/test-server.ts')
const root = new URL('../../../', import.meta.url).pathname
const folders = ['adapters/local-files', 'adapters/whatsapp', 'adapters/webchat', 'plugins/contacts', 'plugins/inbox']
const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined))
const kernel = await startTestKernel({
  plugins: folders.map((folder) => root + folder),
  env: env as Record<string, string>,
  listen: true,
})
await fetch(`${kernel.kernel.baseUrl}/healthz`)
const up = kernel.kernel.report.entries.filter(({ state }) => state === 'started').length
process.stdout.write(`\n${JSON.stringify({ up, opentelemetry: loaded.size })}\n`)
await kernel.stop()
await testServer.stop()
