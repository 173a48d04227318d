import { INSTAGRAM } from '../../meta/platform/product.ts'
import { simulatePlatform } from '../../meta/platform/simulator/simulate.ts'

export { SimulatedCustomer } from '../../meta/platform/simulator/customer.ts'
export type { ReceivedMessage, SimulatedAccount } from '../../meta/platform/simulator/state.ts'
export { InstagramSimulator } from './simulator.ts'

/** `parley simulate instagram "text"`. */
export default simulatePlatform(INSTAGRAM)
