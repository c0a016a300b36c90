/** Begins to count the processor time of this process, which a busy machine does not stretch. @returns milliseconds since then */
export function workBegun(): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
}
