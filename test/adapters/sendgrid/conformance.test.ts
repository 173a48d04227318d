import { channelConformance } from '@parley/core/testing/conformance'
import { sendgridDriver } from './driver.ts'

channelConformance(sendgridDriver)
