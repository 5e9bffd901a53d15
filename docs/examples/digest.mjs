// Recomputes a digest from what the API answers: node digest.mjs version|evidence|protocol|policy|decision answer.json
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** RFC 8785 canonical JSON. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

const recompute = {
  version: ({ manifest }) => sha256(canonical(manifest)),
  evidence: ({ kind, subject, inputs, method, result }) => sha256(canonical({ kind, subject, inputs, method, result })),
  protocol: ({ protocol }) => sha256(canonical(protocol)),
  policy: ({ text }) => sha256(text),
  decision: ({ document }) => sha256(canonical(document)),
}

const [kind, path] = process.argv.slice(2)
const answer = JSON.parse(readFileSync(path, 'utf8'))
const digest = recompute[kind](answer)
console.log(digest)
if (digest !== answer.digest) {
  console.error(`the answer says ${answer.digest}`)
  process.exitCode = 1
}
