import { createHash } from 'node:crypto'
import {
  type VendorReply,
  type VendorRequest,
  VendorServer,
  type VendorServerOptions,
} from '@parley/core/testing/vendor'
import { MultipartUploads } from './multipart.ts'
import { type Credentials, signatureFault } from './signature-v4.ts'
import { type Element, s3Error, xml } from './xml.ts'

export interface S3Object {
  readonly content: Buffer
  /** `content-type` and `x-amz-meta-*`, as they came. */
  readonly headers: Readonly<Record<string, string>>
  readonly changedAt: number
}

export interface S3SimulatorOptions extends VendorServerOptions {
  readonly bucket: string
  readonly credentials: Credentials
  /** Objects on one page of a list. Default 1000, as S3. */
  readonly pageSize?: number
}

/**
 * The part of S3 that a file store uses, path style, with a memory: objects with their metadata, lists in pages, uploads in
 * parts. Every call's signature is checked.
 */
export class S3Simulator extends VendorServer {
  readonly objects = new Map<string, S3Object>()
  readonly uploads = new MultipartUploads()
  readonly #options: S3SimulatorOptions

  constructor(options: S3SimulatorOptions) {
    super(options)
    this.#options = options
  }

  /** The SDK sets its clock by the date of each answer. */
  protected handle(request: VendorRequest): VendorReply {
    const reply = this.#answer(request)
    return { ...reply, headers: { date: new Date(this.now()).toUTCString(), ...reply.headers } }
  }

  #answer(request: VendorRequest): VendorReply {
    const fault = signatureFault(request, this.#options.credentials, this.now())
    if (fault !== undefined) return s3Error(403, fault)
    const [, bucket, ...rest] = request.path.split('/')
    if (bucket !== this.#options.bucket) return s3Error(404, 'NoSuchBucket')
    const key = decodeURIComponent(rest.join('/'))
    if (key === '') return this.#bucket(request)
    if (request.query.has('uploads') || request.query.has('uploadId')) return this.#multipart(request, key)
    return this.#object(request, key)
  }

  protected refuse(fault: { kind: 'throttle' } | { kind: 'fail'; status?: number }): VendorReply {
    return fault.kind === 'throttle' ? s3Error(503, 'SlowDown') : s3Error(fault.status ?? 500, 'InternalError')
  }

  #object(request: VendorRequest, key: string): VendorReply {
    if (request.method === 'PUT') {
      this.#store(key, request.body, headersOf(request))
      return { status: 200, headers: { etag: etagOf(request.body) } }
    }
    if (request.method === 'DELETE') {
      this.objects.delete(key)
      return { status: 204 }
    }
    const found = this.objects.get(key)
    if (found === undefined) return request.method === 'HEAD' ? { status: 404 } : s3Error(404, 'NoSuchKey')
    const disposition = request.query.get('response-content-disposition')
    return {
      status: 200,
      headers: {
        ...found.headers,
        'content-length': String(found.content.length),
        etag: etagOf(found.content),
        'last-modified': new Date(found.changedAt).toUTCString(),
        ...(disposition === null ? {} : { 'content-disposition': disposition }),
      },
      ...(request.method === 'HEAD' ? {} : { body: found.content }),
    }
  }

  #multipart(request: VendorRequest, key: string): VendorReply {
    const id = request.query.get('uploadId')
    if (id === null) {
      const started = this.uploads.start(key, headersOf(request), this.now())
      return xml(200, [
        'InitiateMultipartUploadResult',
        [
          ['Key', key],
          ['UploadId', started],
        ],
      ])
    }
    if (request.method === 'PUT') {
      const taken = this.uploads.part(id, Number(request.query.get('partNumber')), request.body)
      return taken ? { status: 200, headers: { etag: etagOf(request.body) } } : s3Error(404, 'NoSuchUpload')
    }
    if (request.method === 'DELETE') {
      return this.uploads.abort(id) ? { status: 204 } : s3Error(404, 'NoSuchUpload')
    }
    const whole = this.uploads.complete(id)
    if (whole === undefined) return s3Error(404, 'NoSuchUpload')
    this.#store(key, whole.content, whole.headers)
    return xml(200, [
      'CompleteMultipartUploadResult',
      [
        ['Key', key],
        ['ETag', etagOf(whole.content)],
      ],
    ])
  }

  #bucket({ method, query }: VendorRequest): VendorReply {
    if (method === 'HEAD') return { status: 200 }
    const prefix = query.get('prefix') ?? ''
    if (query.has('uploads')) {
      const open = this.uploads.open(prefix).map(
        (one): Element => [
          'Upload',
          [
            ['Key', one.key],
            ['UploadId', one.id],
            ['Initiated', new Date(one.startedAt).toISOString()],
          ],
        ],
      )
      return xml(200, ['ListMultipartUploadsResult', open])
    }
    return this.#list(prefix, query.get('continuation-token') ?? '')
  }

  #list(prefix: string, after: string): VendorReply {
    const { pageSize = 1000 } = this.#options
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    const page = keys.slice(0, pageSize)
    const more = keys.length > page.length
    const contents = page.map(
      (key): Element => [
        'Contents',
        [
          ['Key', key],
          ['LastModified', new Date(this.objects.get(key)?.changedAt ?? 0).toISOString()],
        ],
      ],
    )
    const next: readonly Element[] = more ? [['NextContinuationToken', page.at(-1) ?? '']] : []
    return xml(200, ['ListBucketResult', [...contents, ['IsTruncated', String(more)], ...next]])
  }

  #store(key: string, content: Buffer, headers: Readonly<Record<string, string>>): void {
    this.objects.set(key, { content, headers, changedAt: this.now() })
  }
}

function headersOf({ headers }: VendorRequest): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'))
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}

function etagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`
}
