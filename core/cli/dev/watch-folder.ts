import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'

/** What a package is not written in: it changes by itself, or by building. */
const PASSED_OVER = /^(\..*|node_modules|dist|coverage)$/
/** An editor writes a file in several steps; one change is told of them all. */
const QUIET_MS = 100

/** Tells of changes below a folder, by the system's own watcher. The names are of the files, as far as they are known. */
export function watchFolder(folder: string, changed: (file: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const tell = (file: string | null) => {
    if (file === null || PASSED_OVER.test(file)) return
    clearTimeout(timer)
    timer = setTimeout(() => changed(file), QUIET_MS)
  }
  const watchers: FSWatcher[] = [watch(folder, (_, file) => tell(file))]
  for (const name of readdirSync(folder)) {
    if (PASSED_OVER.test(name) || !statSync(join(folder, name)).isDirectory()) continue
    watchers.push(watch(join(folder, name), { recursive: true }, (_, file) => tell(join(name, file ?? ''))))
  }
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
