import { noticesPlatformMutants } from '../meta/notices-mutants.ts'
import { remoteDriver } from './driver.ts'

noticesPlatformMutants(remoteDriver, new URL('./mutant-channel/', import.meta.url).pathname)
