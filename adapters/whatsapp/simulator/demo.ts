import { WhatsAppSimulator } from './simulator.ts'
import type { SimulatedAccount, SimulatedTemplate } from './state.ts'

export interface DemoSimulator {
  /** What `GRAPH_BASE_URL` would be. */
  readonly graphBaseUrl: string
  readonly simulator: WhatsAppSimulator
  stop(): Promise<void>
}

/**
 * The simulated Graph inside a demo. The account's callback may be told later (`simulator.addAccount`), once the server knows
 * its own address. Free messages are taken without a window: the demo's customers may have written before a restart.
 */
export async function startDemoSimulator(options: {
  account?: SimulatedAccount
  port?: number
}): Promise<DemoSimulator> {
  const { account, port = 0 } = options
  const simulator = new WhatsAppSimulator({ port, enforceWindow: false })
  simulator.state.usualTemplates = DEMO_TEMPLATES
  if (account !== undefined) simulator.addAccount(account)
  const graphBaseUrl = await simulator.listen()
  return { graphBaseUrl, simulator, stop: () => simulator.close() }
}

const DEMO_TEMPLATES: readonly SimulatedTemplate[] = [
  {
    id: '700000000000001',
    name: 'hello_world',
    language: 'en_US',
    category: 'UTILITY',
    status: 'APPROVED',
    components: [{ type: 'BODY', text: 'Welcome! This message was sent by the demo.' }],
  },
  {
    id: '700000000000002',
    name: 'order_update',
    language: 'en',
    category: 'UTILITY',
    status: 'APPROVED',
    components: [{ type: 'BODY', text: 'Hello {{1}}, your order {{2}} is on its way.' }],
  },
]
