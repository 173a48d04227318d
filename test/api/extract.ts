import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, type ExtractorMessage } from '@microsoft/api-extractor'
import { ROOT } from '../pack/compile.ts'

/** The public surface: a report of each entry of core's `exports`. */
export const ENTRIES = {
  core: 'core/index',
  testing: 'core/testing/index',
  conformance: 'core/testing/conformance/index',
  vendor: 'core/testing/vendor',
} as const

export type Entry = keyof typeof ENTRIES

/** Messages that are no fault of the surface: release tags and missing documentation are not our policy. */
const QUIET =
  /^ae-(missing-release-tag|forgotten-export|undocumented|internal|unresolved|different|wrong-input)|^tsdoc-|^console-/

/** API Extractor's report of each entry, from compiled declarations in `declarations`. */
export async function extractReports(declarations: string): Promise<Readonly<Record<Entry, string>>> {
  const folder = join(declarations, 'reports')
  await mkdir(folder, { recursive: true })
  await writeFile(join(declarations, 'package.json'), JSON.stringify({ name: '@parley/core', version: '0.0.0' }))
  const reports: Partial<Record<Entry, string>> = {}
  for (const [entry, path] of Object.entries(ENTRIES)) {
    extract(entry, join(declarations, `${path}.d.ts`), declarations, folder)
    reports[entry as Entry] = plain(await readFile(join(folder, `${entry}.api.md`), 'utf8'))
  }
  return reports as Record<Entry, string>
}

/** What is documented, and what was said about it, changes no contract. */
function plain(report: string): string {
  return report.replace(/^ *\/\/ (\(undocumented\)|Warning: .*)\n/gm, '').replaceAll(' (undocumented)', '')
}

function extract(entry: string, file: string, project: string, folder: string): void {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: project,
      mainEntryPointFilePath: file,
      compiler: { overrideTsconfig: tsconfig(file) },
      apiReport: {
        enabled: true,
        reportFileName: `${entry}.api.md`,
        reportFolder: folder,
        reportTempFolder: join(folder, 'temp'),
        // The test kit hands out the kernel itself; its inside is no contract.
        includeForgottenExports: entry === 'core',
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(project, 'package.json'),
  })
  const heard: string[] = []
  const messageCallback = (message: ExtractorMessage) => {
    if (message.logLevel === 'error' && !QUIET.test(message.messageId))
      heard.push(message.formatMessageWithLocation(project))
    message.handled = true
  }
  Extractor.invoke(config, { localBuild: true, messageCallback })
  if (heard.length > 0) throw new Error(`API Extractor cannot read ${entry}:\n${heard.join('\n')}`)
}

/** Types are found where the repository has them. */
function tsconfig(file: string) {
  return {
    compilerOptions: {
      ...{ target: 'es2024', module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2024', 'esnext.disposable'] },
      ...{ strict: true, skipLibCheck: true, types: ['node', 'mocha'], typeRoots: [join(ROOT, 'node_modules/@types')] },
    },
    files: [file],
  }
}
