/** Types that browsers show without running anything; everything else is only offered for download. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/pdf|text\/plain)$/

/** How a file of somebody's goes to a browser: what could run there is only offered for download. */
export interface Delivery {
  readonly contentType: string
  readonly disposition: string
}

/** @param storedType as the store knows it, parameters allowed */
export function deliveryOf(storedType: string, fileName: string): Delivery {
  const type = storedType.split(';', 1)[0]?.trim().toLowerCase() || 'application/octet-stream'
  const shown = SHOWN.test(type)
  return {
    contentType: shown && type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    disposition: `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(fileName)}`,
  }
}

/** Beside the two: nothing in the file may load or run anything. */
export const DELIVERY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
}
