import { simulateWhatsApp } from './simulate.ts'

export { SimulatedCustomer } from './customer.ts'
export type { TemplateDecision } from './decide-template.ts'
export { startDemoSimulator } from './demo.ts'
export { type SimulatorOptions, WhatsAppSimulator } from './simulator.ts'
export type { ReceivedMessage, SimulatedAccount, SimulatedTemplate } from './state.ts'

/** `parley simulate whatsapp "text"`. */
export default simulateWhatsApp
