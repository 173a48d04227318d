import { noticesMutants } from '../../core/testing/notices-mutants.ts'
import { platformCaughtBy } from '../meta/platform-mutants.ts'
import { messengerDriver } from './driver.ts'

noticesMutants({
  driver: messengerDriver,
  mutantChannel: new URL('./mutant-channel/', import.meta.url).pathname,
  caughtBy: platformCaughtBy(true),
})
