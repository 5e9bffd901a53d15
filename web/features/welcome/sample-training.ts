/** A small world of its own: who applies for credit, and who pays it back. Made up, the same every time. */
export type Applicant = { income: number; debts: number; paid: number }

export function applicants(count: number): Applicant[] {
  let state = 20_270_314
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  return Array.from({ length: count }, () => {
    const income = random() * 2 - 1
    const debts = random() * 2 - 1
    return { income, debts, paid: 1.8 * income - 2.4 * debts + 0.4 + random() - 0.5 > 0 ? 1 : 0 }
  })
}

export type Point = { step: number; loss: number; accuracy: number }
export type Weights = { income: number; debts: number; bias: number }

/** Logistic regression by gradient descent, with what it learned after every tenth step. */
export function train(
  people: readonly Applicant[],
  rate: number,
  steps: number,
): { points: Point[]; weights: Weights } {
  const weights: Weights = { income: 0, debts: 0, bias: 0 }
  const points: Point[] = []
  for (let step = 0; step <= steps; step++) {
    const gradient: Weights = { income: 0, debts: 0, bias: 0 }
    let loss = 0
    let right = 0
    for (const { income, debts, paid } of people) {
      const p = 1 / (1 + Math.exp(-(weights.income * income + weights.debts * debts + weights.bias)))
      loss -= paid ? Math.log(p) : Math.log(1 - p)
      right += Number(p > 0.5) === paid ? 1 : 0
      gradient.income += (p - paid) * income
      gradient.debts += (p - paid) * debts
      gradient.bias += p - paid
    }
    const n = people.length
    if (step % 10 === 0) points.push({ step, loss: loss / n, accuracy: right / n })
    for (const key of ['income', 'debts', 'bias'] as const) weights[key] -= (rate * gradient[key]) / n
  }
  return { points, weights }
}
