import { noticesMutants } from '../../core/testing/notices-mutants.ts'
import { platformCaughtBy } from '../meta/platform-mutants.ts'
import { remoteDriver } from './driver.ts'

noticesMutants({
  driver: remoteDriver,
  mutantChannel: new URL('./mutant-channel/', import.meta.url).pathname,
  caughtBy: { ...platformCaughtBy(true), 'drops what was read': ['inConversation', 'earlyStatus'] },
})
