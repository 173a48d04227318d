import { INSTAGRAM } from '../../meta/platform/product.ts'
import { PlatformSimulator, type PlatformSimulatorOptions } from '../../meta/platform/simulator/simulator.ts'

/** The Messenger Platform as a professional account sees it, with Instagram's own limits, receipts and tokens. */
export class InstagramSimulator extends PlatformSimulator {
  constructor(options: PlatformSimulatorOptions = {}) {
    super(INSTAGRAM, options)
  }
}
