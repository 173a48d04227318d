import { accessSync, constants } from 'node:fs'
import type { Browser } from 'playwright-core'
import { ParleyError } from '../plugin/errors.ts'

/** Where Debian, Fedora, macOS and others put it; the first that can be run is taken. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * In a container there is no user namespace for Chromium's sandbox and little shared memory, and nobody to look at a
 * graphics card. Only for pages that a test itself serves.
 */
const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--hide-scrollbars']

/** The Chromium to test with: PARLEY_TEST_CHROMIUM, or one in a usual place. `undefined` when there is none. */
export function findChromium(): string | undefined {
  const named = process.env.PARLEY_TEST_CHROMIUM
  return (named === undefined || named === '' ? PLACES : [named]).find(canRun)
}

/**
 * Starts a headless Chromium for a test; the caller closes it. Throws `testing.no-chromium`, saying what to install, when the
 * machine has none: a test that cannot run fails, it does not pass in silence.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    throw new ParleyError(
      'testing.no-chromium',
      `No Chromium found. Looked at ${process.env.PARLEY_TEST_CHROMIUM || PLACES.join(', ')}. ` +
        'Install one (Debian: apt install chromium) or set PARLEY_TEST_CHROMIUM to its path.',
    )
  }
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath, args: FLAGS, handleSIGINT: false, handleSIGTERM: false })
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Not there, or not ours to run: both mean "look on".
    return false
  }
}
