import { twilioDriver } from './drivers.ts'

export const smsDriver = twilioDriver('twilio', 'SMS by Twilio')
