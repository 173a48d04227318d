import { channelConformance } from '@parley/core/testing/conformance'
import { remoteDriver } from './driver.ts'

channelConformance(remoteDriver)
