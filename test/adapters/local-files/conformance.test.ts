import { objectStoreConformance } from '@parley/core/testing/conformance'
import { localFilesDriver } from './driver.ts'

objectStoreConformance(localFilesDriver)
