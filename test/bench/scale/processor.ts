import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of the kernel's clock in a second, as `/proc` counts them on Linux. */
const TICKS = 100

type Process = { id: number; parent: number; seconds: number; endedSeconds: number }

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      // The name of the program stands in brackets, and may hold anything.
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number)
      const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number]
      return [
        {
          id: Number(name),
          parent: fields[1]!,
          seconds: (user + system) / TICKS,
          endedSeconds: (endedUser + endedSystem) / TICKS,
        },
      ]
    } catch {
      return []
    }
  })
}

/** Seconds of processor time that these processes took so far, with all that they started, ended or not. */
export function processorSeconds(ids: number[]): number {
  const all = processes()
  const children = Map.groupBy(all, ({ parent }) => parent)
  const sum = (one: Process): number =>
    one.seconds + one.endedSeconds + (children.get(one.id) ?? []).reduce((total, child) => total + sum(child), 0)
  return all.filter(({ id }) => ids.includes(id)).reduce((total, one) => total + sum(one), 0)
}

/** Seconds that all processors of the machine were busy, for whomever. @see proc(5), /proc/stat */
export function machineSeconds(): number {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number) as [number, number, number, number, number, number, number, number]
  return (user + nice + system + irq + softirq + steal) / TICKS
}

/** Most memory that a process held, in MB. */
export function mostMemory(id: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) / 1024)
  } catch {
    return 0
  }
}
