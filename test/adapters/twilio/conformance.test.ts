import { channelConformance } from '@parley/core/testing/conformance'
import { smsDriver } from './driver.ts'
import { twilioWhatsAppDriver } from './whatsapp-driver.ts'

channelConformance(smsDriver)
channelConformance(twilioWhatsAppDriver)
