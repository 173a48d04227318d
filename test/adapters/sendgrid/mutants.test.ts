import { noticesMutants } from '../../core/testing/notices-mutants.ts'
import { MAIL_CAUGHT_BY } from '../mail/api/mutants.ts'
import { sendgridDriver } from './driver.ts'

noticesMutants({
  driver: sendgridDriver,
  mutantChannel: new URL('./mutant-channel/', import.meta.url).pathname,
  caughtBy: MAIL_CAUGHT_BY,
})
