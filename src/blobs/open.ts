import type { Clock } from '../lib/clock.ts'
import type { Blobs } from './blobs.ts'
import { createFolderBlobs } from './folder.ts'
import type { S3Place } from './s3.ts'

export type BlobPlace = { readonly kind: 'folder'; readonly root: string } | ({ readonly kind: 's3' } & S3Place)

/** The store at a place. What speaks S3 is loaded only where it is used. */
export async function openBlobs(place: BlobPlace, clock?: Clock): Promise<Blobs> {
  const options = { ...place, ...(clock ? { clock } : {}) }
  switch (options.kind) {
    case 'folder':
      return createFolderBlobs(options)
    case 's3':
      return (await import('./s3.ts')).createS3Blobs(options)
  }
}
