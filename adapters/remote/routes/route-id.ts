/** `pagewireUploadFile` for the remote `pagewire`: ids of routes are unique over all that is loaded. */
export function routeId(as: string, name: string): string {
  const own = as.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase())
  return `${own}${name.charAt(0).toUpperCase()}${name.slice(1)}`
}
