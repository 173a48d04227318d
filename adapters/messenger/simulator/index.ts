import { MESSENGER } from '../../meta/platform/product.ts'
import { simulatePlatform } from '../../meta/platform/simulator/simulate.ts'

export { SimulatedCustomer } from '../../meta/platform/simulator/customer.ts'
export type { ReceivedMessage, SimulatedAccount } from '../../meta/platform/simulator/state.ts'
export { MessengerSimulator } from './simulator.ts'

/** `parley simulate messenger "text"`. */
export default simulatePlatform(MESSENGER)
