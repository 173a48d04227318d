import { noticesMailMutants } from '../mail/api/notices-mutants.ts'
import { resendDriver } from './driver.ts'

noticesMailMutants(resendDriver, new URL('./mutant-channel/', import.meta.url).pathname)
