import { channelConformance } from '@parley/core/testing/conformance'
import { whatsappDriver } from './driver.ts'

channelConformance(whatsappDriver)
