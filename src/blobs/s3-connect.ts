import { S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { AppError } from '../lib/errors.ts'
import { errorCode } from './incoming.ts'

/** How a store that speaks S3 is reached. Credentials come from where AWS tools look for them. */
export type S3Options = {
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** The bucket in the path instead of the host name, as most servers outside AWS want it. */
  readonly pathStyle?: boolean | undefined
}

export function connectS3({ endpoint, region, pathStyle }: S3Options): S3Client {
  return new S3Client({
    region: region ?? 'us-east-1',
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    // Content is known by its SHA-256 here; stores outside AWS do not all know the checksums that are the default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 300_000,
      httpAgent: { maxSockets: 256 },
      httpsAgent: { maxSockets: 256 },
    },
  })
}

const missing = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload'])

/** Names alone: what a store says besides may hold addresses and keys. */
export function storeFailure(error: unknown): AppError {
  if (error instanceof AppError) return error
  const failure =
    error instanceof S3ServiceException
      ? `the artifact store refused the request (${error.name})`
      : `the artifact store does not answer (${errorCode(error) ?? (error instanceof Error ? error.name : 'unknown')})`
  const unavailable = new AppError('unavailable', failure)
  unavailable.cause = error
  return unavailable
}

/** For `catch`: what is not there is undefined, every other failure is the store's. */
export function whenAbsent(error: unknown): undefined {
  if (error instanceof S3ServiceException && missing.has(error.name)) return undefined
  throw storeFailure(error)
}

export function storeFails(error: unknown): never {
  throw storeFailure(error)
}
