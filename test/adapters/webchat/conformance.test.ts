import { channelConformance } from '@parley/core/testing/conformance'
import { webchatDriver } from './driver.ts'

channelConformance(webchatDriver)
