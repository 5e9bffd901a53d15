import type { TestProject } from 'vitest/node'
import { hasSwift, type S3Server, startSwift } from './swift.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where there is no server to test on. */
    s3?: S3Server
  }
}

/**
 * A real S3 server for the tests: the one that S3_ENDPOINT names, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or
 * OpenStack Swift where Debian's packages of it are installed.
 */
export async function setup(project: TestProject) {
  const { S3_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
  if (S3_ENDPOINT && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    project.provide('s3', {
      endpoint: S3_ENDPOINT,
      region: AWS_REGION ?? 'us-east-1',
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
    })
    return
  }
  if (!hasSwift()) {
    console.warn(
      'skipped: every test of the project s3. Set S3_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install swift-proxy, swift-account, swift-container, swift-object and memcached.',
    )
    return
  }
  const { server, stop } = await startSwift()
  project.provide('s3', server)
  return stop
}
