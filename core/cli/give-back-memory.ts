/**
 * Once, when the server is ready: what starting needed (schemas being compiled, modules being read) goes back to the
 * system, about a third of the process. V8 would keep it until a load came. Takes a tenth of a second, and needs
 * `--expose-gc` of `serverFlags`; without it nothing happens.
 */
export async function giveBackMemory(): Promise<void> {
  await globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' })
}
