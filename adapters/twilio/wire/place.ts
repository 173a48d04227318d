/** Where a call goes: Twilio's own host of that API, or the one set for all of them. */
export function placed(uri: string, baseUrl: string | undefined): URL {
  const meant = new URL(uri)
  return baseUrl === undefined ? meant : new URL(`${meant.pathname}${meant.search}`, baseUrl)
}

export function basicOf({ username, password }: { readonly username: string; readonly password: string }): {
  readonly authorization: string
} {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}
