import { MESSENGER } from '../../meta/platform/product.ts'
import { PlatformSimulator, type PlatformSimulatorOptions } from '../../meta/platform/simulator/simulator.ts'

/** The Messenger Platform as a page sees it. */
export class MessengerSimulator extends PlatformSimulator {
  constructor(options: PlatformSimulatorOptions = {}) {
    super(MESSENGER, options)
  }
}
