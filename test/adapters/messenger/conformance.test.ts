import { channelConformance } from '@parley/core/testing/conformance'
import { messengerDriver } from './driver.ts'

channelConformance(messengerDriver)
