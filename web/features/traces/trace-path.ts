export const pathOf = (trace: { id: string }) => `/traces/${encodeURIComponent(trace.id)}`
