import { FakeGraph } from './graph.ts'
import { Load, type LoadOptions } from './load.ts'

/** The generator's own process: told what to run over IPC, it answers with the result. */
const graph = new FakeGraph()
process.send?.({ graphBaseUrl: await graph.listen() })

process.on('message', (options: LoadOptions) => {
  new Load(options, graph).run().then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit(0))
