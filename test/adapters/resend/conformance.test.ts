import { channelConformance } from '@parley/core/testing/conformance'
import { resendDriver } from './driver.ts'

channelConformance(resendDriver)
