import { objectStoreConformance } from '@parley/core/testing/conformance'
import { s3FilesDriver } from './driver.ts'

objectStoreConformance(s3FilesDriver)
