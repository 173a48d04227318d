import { simulateMail } from '../../mail/api/simulate.ts'

export { type CustomerMail, rawMail } from './raw-mail.ts'
export { ResendSimulator, type ResendSimulatorOptions } from './simulator.ts'
export type { ArrivedMail, ReceivedMail, SimulatedAccount } from './state.ts'

/** `parley simulate resend "text"`. */
export default simulateMail('resend')
