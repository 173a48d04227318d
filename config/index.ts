import { defineConfig } from '../core/config/define-config.ts'
import { startDemo } from './demo/start-demo.ts'

/** What this installation is made of. Order does not matter: ports decide it. */
export default defineConfig({
  plugins: [
    { use: './adapters/local-files' },
    { use: './adapters/kafka' },
    { use: './adapters/whatsapp', settings: graph() },
    { use: './adapters/webchat' },
    { use: './adapters/outbox-mail' },
    { use: './plugins/accounts' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
  ],
  demo: startDemo,
})

/** Meta's own address unless another is set. */
function graph(): object {
  const { GRAPH_BASE_URL: graphBaseUrl } = process.env
  return graphBaseUrl === undefined || graphBaseUrl === '' ? {} : { graphBaseUrl }
}
