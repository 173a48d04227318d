import { twilioDriver } from './drivers.ts'

export const twilioWhatsAppDriver = twilioDriver('twilio-whatsapp', 'WhatsApp by Twilio')
