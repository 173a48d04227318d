import { channelConformance } from '@parley/core/testing/conformance'
import { emailDriver } from './driver.ts'

channelConformance(emailDriver)
