export const MANIFEST: Readonly<Record<string, unknown>>
