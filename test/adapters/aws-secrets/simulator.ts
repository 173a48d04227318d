import { createHash } from 'node:crypto'
import { type VendorFault, type VendorReply, type VendorRequest, VendorServer } from '@parley/core/testing/vendor'
import { type Credentials, signatureFault } from '../../../adapters/s3-files/simulator/signature-v4.ts'

/**
 * The far end of AWS Secrets Manager: JSON 1.1 with the operation in `X-Amz-Target`, every request's Signature Version 4
 * recomputed (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).
 */
export class SecretsManagerSimulator extends VendorServer {
  readonly secrets = new Map<string, { value: string; binary?: boolean; version: string }>()
  readonly #credentials: Credentials

  constructor(credentials: Credentials) {
    super()
    this.#credentials = credentials
  }

  protected override handle(request: VendorRequest): VendorReply {
    // Only S3 sends the body's hash along; everywhere else the server takes it of the body itself.
    const hash = createHash('sha256').update(request.body).digest('hex')
    const hashed = { ...request, headers: { ...request.headers, 'x-amz-content-sha256': hash } }
    const fault = signatureFault(hashed, this.#credentials, Date.now())
    if (fault === 'InvalidAccessKeyId') return error('UnrecognizedClientException', 'The security token is invalid.')
    if (fault !== undefined) return error('InvalidSignatureException', fault)
    if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      return error('UnknownOperationException', '')
    const { SecretId } = JSON.parse(request.body.toString('utf8')) as { SecretId: string }
    const found = this.secrets.get(SecretId)
    if (found === undefined)
      return error('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
    const content = found.binary
      ? { SecretBinary: Buffer.from(found.value).toString('base64') }
      : { SecretString: found.value }
    return json(200, { Name: SecretId, VersionId: found.version, VersionStages: ['AWSCURRENT'], ...content })
  }

  protected override refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    return fault.kind === 'throttle'
      ? error('ThrottlingException', 'Rate exceeded')
      : json(500, { __type: 'InternalServiceError' })
  }
}

function error(code: string, message: string): VendorReply {
  return json(400, { __type: code, message })
}

function json(status: number, body: object): VendorReply {
  return { status, body, headers: { 'content-type': 'application/x-amz-json-1.1' } }
}
