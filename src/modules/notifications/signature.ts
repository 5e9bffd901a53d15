import { createHmac, randomBytes } from 'node:crypto'

type Signed = { id: string; seconds: number; body: string; secret: string | null }

/** A secret in the form of Standard Webhooks: its key is what the base64 says. */
export const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`

/**
 * The headers of a delivery: those of Standard Webhooks and MLflow's, over the same text `id.timestamp.body`. They differ in
 * the key: Standard Webhooks decodes what follows `whsec_`, MLflow takes the whole text.
 */
export function signatureHeaders({ id, seconds, body, secret }: Signed): Record<string, string> {
  const text = `${id}.${seconds}.${body}`
  const sign = (key: Buffer) => `v1,${createHmac('sha256', key).update(text).digest('base64')}`
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'x-mlflow-delivery-id': id,
    'x-mlflow-timestamp': String(seconds),
    ...(secret === null
      ? {}
      : { 'webhook-signature': sign(standardKey(secret)), 'x-mlflow-signature': sign(Buffer.from(secret)) }),
  }
}

function standardKey(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret)
}
