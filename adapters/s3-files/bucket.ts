import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { orAbsent, orOutage } from './outage.ts'

export interface NewObject {
  readonly key: string
  readonly body: Buffer | Readable
  readonly mimeType: string
  readonly sha256: string
}

export interface ListedObject {
  readonly key: string
  readonly changedAt: Date
}

/** One bucket, under one prefix. What fails is an UnavailableError. */
export class Bucket {
  readonly client: S3Client
  readonly name: string
  readonly prefix: string

  constructor(client: S3Client, name: string, prefix: string) {
    this.client = client
    this.name = name
    this.prefix = prefix
  }

  at(key: string) {
    return { Bucket: this.name, Key: this.prefix + key }
  }

  /** In one call when it is small, in parts when it is large; a failure leaves no parts behind. */
  async put({ key, body, mimeType, sha256 }: NewObject, partBytes: number): Promise<void> {
    const params = { ...this.at(key), Body: body, ContentType: mimeType, Metadata: { sha256 } }
    await orOutage(
      Buffer.isBuffer(body) && body.length <= partBytes
        ? this.client.send(new PutObjectCommand(params))
        : new Upload({ client: this.client, params, partSize: partBytes, queueSize: 2 }).done(),
    )
  }

  async get(key: string) {
    return orAbsent(this.client.send(new GetObjectCommand(this.at(key))))
  }

  async delete(key: string): Promise<void> {
    await orOutage(this.client.send(new DeleteObjectCommand(this.at(key))))
  }

  /** In the order of their keys, page by page. */
  async *list(prefix: string): AsyncGenerator<ListedObject> {
    let token: string | undefined
    do {
      const page = await orOutage(
        this.client.send(
          new ListObjectsV2Command({
            Bucket: this.name,
            Prefix: this.prefix + prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      )
      for (const { Key, LastModified } of page.Contents ?? [])
        if (Key !== undefined && LastModified !== undefined)
          yield { key: Key.slice(this.prefix.length), changedAt: LastModified }
      token = page.NextContinuationToken
    } while (token !== undefined)
  }

  /** Always a download: what type it has, and whether it could run, is not looked up. */
  sign(key: string, fileName: string, ttlSeconds: number): Promise<string> {
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`
    const command = new GetObjectCommand({ ...this.at(key), ResponseContentDisposition: disposition })
    return getSignedUrl(this.client, command, { expiresIn: ttlSeconds })
  }

  async check(): Promise<void> {
    await this.client.send(new HeadBucketCommand({ Bucket: this.name }))
  }
}
