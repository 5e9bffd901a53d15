/** What zod says about sizes and missing values, as somebody who filled a form in would say it; what a schema says itself stays. */
export function plainly(message: string): string {
  if (/^Invalid input: expected \w+, received undefined$/.test(message)) return 'is missing'
  const [, sign, amount, unit] =
    /^Too (?:big|small): expected \w+ to (?:have|be) (exactly |[<>]=?)(\S+)(?: (\w+))?$/.exec(message) ?? []
  if (sign === undefined || amount === undefined) return message
  if (sign === '>=' && amount === '1' && unit !== undefined) return 'must not be empty'
  return [words[sign] ?? sign.trim(), amount, unit && amount === '1' ? unit.replace(/s$/, '') : unit]
    .filter(Boolean)
    .join(' ')
}

const words: Readonly<Record<string, string>> = {
  '<=': 'at most',
  '<': 'less than',
  '>=': 'at least',
  '>': 'more than',
}
