import { simulateTwilio } from './simulate.ts'

export { SimulatedCustomer } from './customer.ts'
export { TwilioSimulator, type TwilioSimulatorOptions } from './simulator.ts'
export type { ReceivedMessage, SimulatedAccount, SimulatedContent, SimulatedSender } from './state.ts'

/** `parley simulate twilio "text"`. */
export default simulateTwilio('twilio')
