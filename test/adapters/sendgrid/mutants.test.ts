import { noticesMailMutants } from '../mail/api/notices-mutants.ts'
import { sendgridDriver } from './driver.ts'

noticesMailMutants(sendgridDriver, new URL('./mutant-channel/', import.meta.url).pathname)
