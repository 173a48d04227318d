export { type CustomerMail, rawMail } from './raw-mail.ts'
export { ResendSimulator, type ResendSimulatorOptions } from './simulator.ts'
export type { ArrivedMail, ReceivedMail, SimulatedAccount } from './state.ts'
