import { noticesMutants } from '../../core/testing/notices-mutants.ts'
import { platformCaughtBy } from '../meta/platform-mutants.ts'
import { instagramDriver } from './driver.ts'

noticesMutants({
  driver: instagramDriver,
  mutantChannel: new URL('./mutant-channel/', import.meta.url).pathname,
  caughtBy: platformCaughtBy(false),
})
