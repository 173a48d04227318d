import { channelConformance } from '@parley/core/testing/conformance'
import { pagewireDriver } from './driver.ts'

channelConformance(pagewireDriver)
