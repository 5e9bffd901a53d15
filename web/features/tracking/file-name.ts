export const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
