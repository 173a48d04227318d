import { CAUGHT_BY, noticesMutants } from '../../core/testing/notices-mutants.ts'
import { smsDriver } from './driver.ts'
import { FOLDERS } from './drivers.ts'
import { twilioWhatsAppDriver } from './whatsapp-driver.ts'

// A call of Twilio's is one message: there is no second one to forget.
const { 'reads only the first': _first, ...shared } = CAUGHT_BY
const caughtBy = { ...shared, 'drops files': ['batch'], 'drops statuses': ['inConversation', 'earlyStatus'] } as const
const folder = (name: string) => new URL(`./${name}/`, import.meta.url).pathname

noticesMutants({ driver: smsDriver, use: FOLDERS.twilio, mutantChannel: folder('mutant-channel'), caughtBy })
noticesMutants({
  ...{ driver: twilioWhatsAppDriver, use: FOLDERS['twilio-whatsapp'], caughtBy },
  mutantChannel: folder('mutant-whatsapp'),
})
