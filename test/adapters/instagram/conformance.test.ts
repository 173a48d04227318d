import { channelConformance } from '@parley/core/testing/conformance'
import { instagramDriver } from './driver.ts'

channelConformance(instagramDriver)
