import { S3Client } from '@aws-sdk/client-s3'
import type { S3FilesSettings } from './settings.ts'

/**
 * Checksums only where S3 demands them: since 3.729 the SDK adds CRC trailers to every upload, which R2 and older MinIO
 * refuse (https://developers.cloudflare.com/r2/examples/aws/aws-sdk-js-v3/).
 */
export function s3Client(settings: S3FilesSettings): S3Client {
  const { region, endpoint, pathStyle, accessKeyId, secretAccessKey, maxAttempts } = settings
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    maxAttempts,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { requestTimeout: settings.requestMs, connectionTimeout: settings.connectMs },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  })
}
