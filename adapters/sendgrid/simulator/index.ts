import { simulateMail } from '../../mail/api/simulate.ts'

export { type CustomerMail, inboundForm, rawInboundForm } from './inbound-form.ts'
export { signedHeaders } from './signing.ts'
export { SendGridSimulator, type SendGridSimulatorOptions } from './simulator.ts'
export type { ReceivedMail, SimulatedAccount } from './state.ts'

/** `parley simulate sendgrid "text"`. */
export default simulateMail('sendgrid')
