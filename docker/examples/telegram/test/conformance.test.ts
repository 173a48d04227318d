import { channelConformance } from '@parley/core/testing/conformance'
import { driver } from './driver.ts'

channelConformance(driver)
