export { blobContent, contentOf, withFile } from './content.ts'
export { scanFiles } from './scan.ts'
