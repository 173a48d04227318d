import { simulateTwilio } from './simulate.ts'

/** `parley simulate twilio-whatsapp "text"`. */
export default simulateTwilio('twilio-whatsapp')
