import { execFile, spawn } from 'node:child_process'
import { chmod, constants, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import dockerignore from '@balena/dockerignore'
import { Running } from '../core/cli/installation.ts'
import { last, root, type Step, stages } from './dockerfile.ts'

const run = promisify(execFile)

/** Never looked into: what these hold is not part of a checkout. */
const NOT_OURS = new Set(['node_modules', '.git', '.parley', 'coverage'])

/** Folders of the image that its instructions name; here they lie below a folder of their own. */
const IMAGE_PATHS = /(?<=^|[\s="'])\/(app|var\/lib\/parley)(?=$|[/\s"'])/g

/**
 * The Dockerfile's instructions, carried out on this machine without a container engine: each stage in an empty folder, with
 * the files that `.dockerignore` lets through. What the base image brings (the system, Node) is this machine's.
 */
export class Image {
  readonly folder: string
  readonly #env: Record<string, string> = {}
  readonly #stage: readonly Step[]

  private constructor(folder: string, stage: readonly Step[]) {
    this.folder = folder
    this.#stage = stage
  }

  static async build(): Promise<Image> {
    const base = await mkdtemp(join(tmpdir(), 'parley-image-'))
    // mkdtemp makes it for its owner alone; the image's user is another one.
    await chmod(base, 0o755)
    const context = join(base, 'context')
    await copyContext(context)
    let image: Image | undefined
    for (const [index, stage] of stages().entries()) {
      const name = last(stage, 'FROM').args[2] ?? String(index)
      image = new Image(join(base, name), stage)
      await image.#carryOut(context, (other) => join(base, other))
    }
    if (image === undefined) throw new Error('the Dockerfile has no stage')
    await image.#installNode()
    return image
  }

  /** Its ENTRYPOINT with these arguments (default: its CMD), as its user, with its environment and `env`. */
  run(env: Readonly<Record<string, string>>, args = last(this.#stage, 'CMD').exec ?? []): Running {
    return new Running(this.#spawn([...(last(this.#stage, 'ENTRYPOINT').exec ?? []), ...args], env))
  }

  /** The exit code of its HEALTHCHECK. */
  async healthCheck(env: Readonly<Record<string, string>>): Promise<number | null> {
    return (await new Running(this.#spawn(last(this.#stage, 'HEALTHCHECK').exec?.slice() ?? [], env)).exit).code
  }

  async remove(): Promise<void> {
    await rm(dirname(this.folder), { recursive: true, force: true })
  }

  async #carryOut(context: string, stageFolder: (name: string) => string): Promise<void> {
    let workdir = ''
    for (const step of this.#stage) {
      if (step.keyword === 'WORKDIR') workdir = this.#inside(step.args[0] ?? '')
      if (step.keyword === 'WORKDIR') await mkdir(workdir, { recursive: true })
      if (step.keyword === 'COPY') {
        const from = step.flags.from
        await copy(step.args, from === undefined ? context : stageFolder(from), workdir)
      }
      if (step.keyword === 'ENV') {
        for (const [name = '', value = ''] of step.args.map((one) => one.split('='))) {
          this.#env[name] = this.#inside(value)
        }
      }
      if (step.keyword === 'RUN') await this.#shell(step.text, workdir)
    }
  }

  async #shell(text: string, workdir: string): Promise<void> {
    const { uid, gid } = user()
    const command = this.#inside(text)
      .replaceAll('--owner=1000', `--owner=${uid}`)
      .replaceAll('--group=1000', `--group=${gid}`)
    await mkdir(join(this.folder, 'var', 'lib'), { recursive: true })
    const cwd = workdir === '' ? this.folder : workdir
    await run('sh', ['-c', command], { cwd, env: { ...process.env, ...this.#env, PATH: toolPath() } })
  }

  /** The base image's Node: this process's, where the image's user can reach it. */
  async #installNode(): Promise<void> {
    const bin = join(this.folder, 'usr', 'local', 'bin')
    await mkdir(bin, { recursive: true })
    await copyFile(process.execPath, join(bin, 'node'), constants.COPYFILE_FICLONE)
  }

  #spawn(command: readonly string[], env: Readonly<Record<string, string>>) {
    const [program = '', ...args] = command
    return spawn(join(this.folder, 'usr', 'local', 'bin', program), args, {
      cwd: this.#inside(last(this.#stage, 'WORKDIR').args[0] ?? ''),
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user(),
    })
  }

  #inside(text: string): string {
    return text.replaceAll(IMAGE_PATHS, (path) => this.folder + path)
  }
}

/** The image's user where this process may become it; else this process's own, which is not root either. */
function user(): { uid: number; gid: number } {
  const own = process.getuid?.() ?? 0
  return own === 0 ? { uid: 1000, gid: 1000 } : { uid: own, gid: process.getgid?.() ?? own }
}

function toolPath(): string {
  return `${dirname(process.execPath)}:${process.env.PATH}`
}

/** What `docker build` would send to the builder. */
async function copyContext(target: string): Promise<void> {
  const ignored = dockerignore.default().add(await readFile(join(root, '.dockerignore'), 'utf8'))
  for (const file of await filesBelow(root)) {
    if (ignored.ignores(file)) continue
    await mkdir(dirname(join(target, file)), { recursive: true })
    await copyFile(join(root, file), join(target, file))
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !NOT_OURS.has(entry.name)) found.push(...(await filesBelow(path)))
    if (entry.isFile()) found.push(relative(root, path))
  }
  return found
}

/** COPY: a file goes into a target that ends with a slash; of a folder the content is copied, not the folder. */
async function copy(args: readonly string[], from: string, workdir: string): Promise<void> {
  const target = args.at(-1) ?? ''
  for (const source of args.slice(0, -1)) {
    const isFile = (await stat(join(from, source))).isFile()
    const to = join(workdir, target, isFile && target.endsWith('/') ? basename(source) : '')
    await mkdir(dirname(to), { recursive: true })
    await cp(join(from, source), to, { recursive: true, verbatimSymlinks: true })
  }
}
