import { beforeEach, inject } from 'vitest'

// Setup file of the project s3: credentials where the AWS SDK looks for them, and no test without a server.
const server = inject('s3')
if (server) {
  process.env.AWS_ACCESS_KEY_ID = server.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey
}
beforeEach(({ skip }) => skip(!server, 'there is no S3 server to test on'))
