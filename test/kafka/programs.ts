import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Kafka 4 runs on Java 17 and later, and 3.9 does too. */
const LEAST_JAVA = 17
const ANSWER_MS = 10_000

/** A Java that can run the broker, from `JAVA_HOME` or the path. */
export function findJava(env: NodeJS.ProcessEnv): string | undefined {
  const home = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : undefined
  const java = home !== undefined && isProgram(home) ? home : findOnPath('java', env)
  return java !== undefined && javaMajor(java) >= LEAST_JAVA ? java : undefined
}

export function findMaven(env: NodeJS.ProcessEnv): string | undefined {
  return findOnPath('mvn', env)
}

/** A Docker whose engine answers: the client alone can run nothing. */
export function findDocker(env: NodeJS.ProcessEnv): string | undefined {
  const docker = findOnPath('docker', env)
  if (docker === undefined) return undefined
  const { status } = spawnSync(docker, ['info'], { env, stdio: 'ignore', timeout: ANSWER_MS })
  return status === 0 ? docker : undefined
}

/** `java -version` writes `openjdk version "17.0.15" …` to stderr; 0 when it writes nothing of the kind. */
function javaMajor(java: string): number {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8', timeout: ANSWER_MS })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}

function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there, or not ours to run: either way no program.
    return false
  }
}
