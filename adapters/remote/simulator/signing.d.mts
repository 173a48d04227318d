export function sign(
  id: string,
  content: string | Buffer,
  secrets: readonly string[],
  now: number,
): Readonly<Record<string, string>>
export function verify(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  content: string | Buffer,
  secrets: readonly string[],
  now: number,
): boolean
