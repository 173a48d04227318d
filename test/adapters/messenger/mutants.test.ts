import { noticesPlatformMutants } from '../meta/notices-mutants.ts'
import { messengerDriver } from './driver.ts'

noticesPlatformMutants(messengerDriver, new URL('./mutant-channel/', import.meta.url).pathname)
