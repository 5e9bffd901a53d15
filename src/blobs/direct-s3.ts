import type { Readable } from 'node:stream'
import type { DirectEntry } from './direct-place.ts'
import { type Bucket, openBucket } from './s3-bucket.ts'
import type { S3Options } from './s3-connect.ts'

type ObjectPlace = { readonly bucket: string; readonly key: string }

export type DirectS3 = ReturnType<typeof createDirectS3>

/** Objects of the buckets that clients write to, read with the server's own key. */
export function createDirectS3(options: S3Options) {
  const opened = new Map<string, Bucket>()

  function bucketOf({ bucket }: ObjectPlace): Bucket {
    const known = opened.get(bucket) ?? openBucket({ ...options, bucket })
    opened.set(bucket, known)
    return known
  }

  async function list(place: ObjectPlace): Promise<DirectEntry[]> {
    const prefix = place.key === '' ? '' : `${place.key}/`
    const entries: DirectEntry[] = []
    for (let token: string | undefined; ; ) {
      const page = await bucketOf(place).page(prefix, { delimiter: '/', token })
      for (const folder of page.folders)
        entries.push({ name: folder.slice(prefix.length, -1), is_dir: true, size: null })
      for (const { key, size } of page.objects) entries.push({ name: key.slice(prefix.length), is_dir: false, size })
      if (page.next === undefined) break
      token = page.next
    }
    // Keys such as `a//b` and `a/../b` are objects, but no paths that a client could have on disk.
    return entries.filter(({ name }) => name !== '' && name !== '.' && name !== '..')
  }

  async function open(place: ObjectPlace, range?: { start: number; end: number }): Promise<Readable | undefined> {
    return place.key === '' ? undefined : (await bucketOf(place).get(place.key, range))?.stream
  }

  return {
    list,
    open,
    head: async (place: ObjectPlace) => (place.key === '' ? undefined : bucketOf(place).head(place.key)),
    close() {
      for (const bucket of opened.values()) bucket.close()
    },
  }
}
