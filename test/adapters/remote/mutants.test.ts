import { noticesPlatformMutants } from '../meta/notices-mutants.ts'
import { remoteDriver } from './driver.ts'

noticesPlatformMutants(remoteDriver, new URL('./mutant-channel/', import.meta.url).pathname, {
  'gives up on a passing fault': ['passingFault', 'keepsOrder'],
  'calls sent what was refused': ['finalRefusal', 'throttled', 'showsFailure'],
  'never finds a file': ['picture'],
  'drops what was read': ['inConversation', 'earlyStatus'],
})
