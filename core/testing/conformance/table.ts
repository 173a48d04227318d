import { CASE_NAMES, type Judgement, type Verdict } from './judge.ts'

const MARKS: Readonly<Record<Verdict['verdict'], string>> = { passed: 'ok', 'not-applicable': 'n/a', failed: 'FAILED' }

/** Channel × case as lines for people; below it why a case is not applicable, and what failed with what is missing. */
export function conformanceTable(judgements: readonly Judgement[]): readonly string[] {
  const widths = judgements.map(({ channel }) => Math.max(channel.length, MARKS.failed.length))
  const caseWidth = Math.max(...CASE_NAMES.map((name) => name.length))
  const row = (first: string, cells: readonly string[]) =>
    [first.padEnd(caseWidth), ...cells.map((cell, index) => cell.padEnd(widths[index] ?? 0))].join('  ').trimEnd()
  return [
    row(
      '',
      judgements.map(({ channel }) => channel),
    ),
    ...CASE_NAMES.map((name) =>
      row(
        name,
        judgements.map(({ verdicts }) => MARKS[verdicts[name].verdict]),
      ),
    ),
    ...notApplicable(judgements),
    ...failures(judgements),
  ]
}

export function failuresOf({ verdicts }: Judgement): number {
  return Object.values(verdicts).filter(({ verdict }) => verdict === 'failed').length
}

function notApplicable(judgements: readonly Judgement[]): readonly string[] {
  const lines = judgements.flatMap(({ channel, verdicts }) =>
    CASE_NAMES.flatMap((name) => {
      const verdict = verdicts[name]
      return verdict.verdict === 'not-applicable' ? [`  ${channel}, ${name}: ${verdict.because}`] : []
    }),
  )
  return lines.length === 0 ? [] : ['', 'Not applicable, because:', ...lines]
}

function failures(judgements: readonly Judgement[]): readonly string[] {
  const lines = judgements.flatMap(({ channel, verdicts }) =>
    CASE_NAMES.flatMap((name) => {
      const verdict = verdicts[name]
      if (verdict.verdict !== 'failed') return []
      const reason = verdict.reason.split('\n').slice(0, 3).join(' ').slice(0, 300)
      return [`  ${channel}, ${name}: ${reason}`, `    → ${verdict.missing}`]
    }),
  )
  return lines.length === 0 ? [] : ['', 'Failed:', ...lines]
}
