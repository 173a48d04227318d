/** `@parley/core/testing/conformance`: for test files only, as it needs mocha and chai. */
export { CASES, type CaseName } from './case-names.ts'
export { channelConformance } from './channel.ts'
export type {
  AccountName,
  ChannelDriver,
  ChannelServer,
  StatusFact,
  VendorCall,
  VendorFact,
  VendorMessage,
  VendorSide,
  VendorTrouble,
  WebhookSide,
} from './driver.ts'
export { HINTS } from './hints.ts'
export { CASE_NAMES, type Judgement, type JudgeOptions, judgeChannel, type Verdict } from './judge.ts'
export { objectStoreConformance } from './object-store.ts'
export type { ObjectStoreBench, ObjectStoreDriver } from './object-store-driver.ts'
export { conformanceTable, failuresOf } from './table.ts'
