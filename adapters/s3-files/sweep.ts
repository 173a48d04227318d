import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import type { ObjectStore } from '@parley/core'
import type { Bucket } from './bucket.ts'
import { orOutage } from './outage.ts'
import { PROVISIONAL } from './s3-file-store.ts'

export interface SweepAges {
  readonly staleUploadMs: number
  readonly provisionalMs: number
}

/** How many of each were taken away. */
export interface Swept {
  readonly cutOff: number
  readonly provisional: number
}

/** Takes away parts of uploads that were never finished, which S3 keeps and charges for, and objects that nobody kept in time. */
export async function sweep(
  bucket: Bucket,
  store: ObjectStore,
  { staleUploadMs, provisionalMs }: SweepAges,
  now: Date,
  signal: AbortSignal,
): Promise<Swept> {
  let provisional = 0
  for await (const { key, changedAt } of bucket.list(PROVISIONAL)) {
    signal.throwIfAborted()
    if (now.getTime() - changedAt.getTime() < provisionalMs) continue
    const [tenantId = '', id = ''] = key.slice(PROVISIONAL.length).split('_')
    await store.delete(tenantId, `${tenantId}/${id}`)
    provisional += 1
  }
  return { cutOff: await abortUnfinished(bucket, new Date(now.getTime() - staleUploadMs), signal), provisional }
}

async function abortUnfinished(bucket: Bucket, before: Date, signal: AbortSignal): Promise<number> {
  const { client, name: Bucket, prefix: Prefix } = bucket
  const found = await orOutage(client.send(new ListMultipartUploadsCommand({ Bucket, Prefix })))
  let aborted = 0
  for (const { Key, UploadId, Initiated } of found.Uploads ?? []) {
    signal.throwIfAborted()
    if (Key === undefined || UploadId === undefined || Initiated === undefined || Initiated > before) continue
    await orOutage(client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })))
    aborted += 1
  }
  return aborted
}
