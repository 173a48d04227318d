import { noticesPlatformMutants } from '../meta/notices-mutants.ts'
import { instagramDriver } from './driver.ts'

noticesPlatformMutants(instagramDriver, new URL('./mutant-channel/', import.meta.url).pathname)
