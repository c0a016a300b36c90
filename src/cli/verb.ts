/** Where a verb's results and remarks go. Results are for programs (standard output), remarks for people. */
export type Io = {
  /** One line of result, to standard output. */
  out(line: string): void
  /** One line for a person, to standard error. */
  err(line: string): void
  /** True where standard error is a terminal, so that progress may be drawn on it. */
  progress: boolean
}

/** One operator verb. `run` gives the exit code: 0 success, 1 a failure of its work, 2 wrong usage. */
export type Verb = {
  /** One line for the list of verbs. */
  summary: string
  /** What it does, its options, an example. Printed by `--help`. */
  help: string
  run(args: string[], io: Io): Promise<number>
}
