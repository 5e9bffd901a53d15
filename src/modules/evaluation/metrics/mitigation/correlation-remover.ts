/**
 * Features without their linear relation to protected columns (fairlearn's CorrelationRemover): the residual of a least
 * squares fit on the centred protected columns, mixed with the feature by `alpha` in [0, 1]. Columns have equal length.
 * A protected column that others explain is left out.
 */
export function removeCorrelation(
  features: readonly Float64Array[],
  sensitive: readonly Float64Array[],
  alpha = 1,
): Float64Array[] {
  const basis = orthogonal(sensitive.map(centred))
  return features.map((column) => {
    const residual = column.slice()
    for (const { axis, square } of basis) {
      const along = dot(column, axis) / square
      for (let i = 0; i < residual.length; i++) residual[i] = (residual[i] ?? 0) - along * (axis[i] ?? 0)
    }
    return residual.map((value, i) => alpha * value + (1 - alpha) * (column[i] ?? 0))
  })
}

function centred(column: Float64Array): Float64Array {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length
  return column.map((value) => value - mean)
}

/** Gram and Schmidt's axes of the same span. */
function orthogonal(columns: readonly Float64Array[]): { axis: Float64Array; square: number }[] {
  const basis: { axis: Float64Array; square: number }[] = []
  for (const column of columns) {
    const axis = column.slice()
    for (const known of basis) {
      const along = dot(axis, known.axis) / known.square
      for (let i = 0; i < axis.length; i++) axis[i] = (axis[i] ?? 0) - along * (known.axis[i] ?? 0)
    }
    const square = dot(axis, axis)
    if (square > 1e-12 * dot(column, column)) basis.push({ axis, square })
  }
  return basis
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
