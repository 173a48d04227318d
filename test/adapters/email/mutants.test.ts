import { CAUGHT_BY, noticesMutants } from '../../core/testing/notices-mutants.ts'
import { emailDriver } from './driver.ts'

noticesMutants({
  driver: emailDriver,
  mutantChannel: new URL('./mutant-channel/', import.meta.url).pathname,
  caughtBy: {
    ...CAUGHT_BY,
    'reads only the first': ['batch'],
    'drops echoes': ['echo'],
    'drops reports': ['settlesUnknown', 'earlyStatus'],
  },
})
