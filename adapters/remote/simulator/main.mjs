import { Remote } from './remote.mjs'

/** `REMOTE='{"accounts":[{"account","title","secrets"}],"secrets":["whsec_…"]}' node main.mjs`: prints its address. */
const remote = new Remote({ ...JSON.parse(process.env.REMOTE ?? '{"accounts":[],"secrets":[]}'), steered: true })
console.log(await remote.listen(Number(process.env.PORT ?? 0)))
