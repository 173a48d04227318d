import { whatsappDriver } from '../../adapters/whatsapp/driver.ts'
import { CAUGHT_BY, noticesMutants } from './notices-mutants.ts'

noticesMutants({
  driver: whatsappDriver,
  mutantChannel: new URL('./mutant-channel/', import.meta.url).pathname,
  caughtBy: { ...CAUGHT_BY, 'drops statuses': ['earlyStatus'] },
})
