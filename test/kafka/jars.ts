import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ParleyError } from '../../core/plugin/errors.ts'

const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'parley-kafka')
const DOWNLOAD_MS = 300_000

/** Where the broker's jars of a release are, or will be. */
export function jarsFolder(version: string): string {
  return join(CACHE, version)
}

export function hasJars(version: string): boolean {
  return existsSync(jarsFolder(version))
}

/**
 * The broker and all it needs, some 45 MB, from Maven Central. Made beside its place and moved there whole, so that a
 * download that broke off, or two at once, leave nothing half done. Returns the folder.
 *
 * @throws ParleyError `kafka.download` with Maven's own words
 */
export async function fetchJars(version: string, maven: string): Promise<string> {
  const folder = jarsFolder(version)
  if (hasJars(version)) return folder
  await mkdir(CACHE, { recursive: true })
  const staging = await mkdtemp(join(CACHE, '.new-'))
  try {
    const libs = join(staging, 'libs')
    await writeFile(join(staging, 'pom.xml'), pom(version))
    await runMaven(maven, staging, libs, version)
    await rename(libs, folder)
  } catch (error) {
    if (!hasJars(version)) throw error
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return folder
}

async function runMaven(maven: string, folder: string, libs: string, version: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${libs}`]
  try {
    await promisify(execFile)(maven, ['-B', '-q', ...goal], { cwd: folder, timeout: DOWNLOAD_MS })
  } catch (cause) {
    const said = cause instanceof Error && 'stdout' in cause ? String(cause.stdout).trim() : ''
    const message = `Maven could not fetch Apache Kafka ${version} for ${dirname(libs)}: ${said || String(cause)}`
    throw new ParleyError('kafka.download', message, { cause })
  }
}

/**
 * `kafka_2.13` is the broker. Releases bring their logging beside the jars, so the POM names none: slf4j's simplest
 * binding writes to stderr and is set by system properties, for 3.9 and 4.x alike (both are made against slf4j 1.7).
 */
const pom = (version: string) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>parley</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${version}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`
