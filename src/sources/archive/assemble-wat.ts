/** An expression of WebAssembly's text format: a word, or a list in brackets. */
type Expression = string | Expression[]
type Func = { params: string[]; results: string[]; locals: string[]; names: Map<string, number>; body: Expression[] }

const TYPES: Record<string, number> = { i32: 0x7f, v128: 0x7b }
/** Instructions whose operands are all on the stack. */
const PLAIN: Record<string, number[]> = {
  unreachable: [0x00],
  return: [0x0f],
  'i32.eqz': [0x45],
  'i32.eq': [0x46],
  'i32.ne': [0x47],
  'i32.lt_u': [0x49],
  'i32.gt_u': [0x4b],
  'i32.le_u': [0x4d],
  'i32.ge_u': [0x4f],
  'i32.ctz': [0x68],
  'i32.add': [0x6a],
  'i32.sub': [0x6b],
  'i32.mul': [0x6c],
  'i32.and': [0x71],
  'i32.or': [0x72],
  'i32.shl': [0x74],
  'i32.shr_u': [0x76],
  'i8x16.splat': [0xfd, 0x0f],
  'i8x16.eq': [0xfd, 0x23],
  'i8x16.lt_u': [0xfd, 0x26],
  'v128.and': [0xfd, 0x4e],
  'v128.or': [0xfd, 0x50],
  'i8x16.bitmask': [0xfd, 0x64],
}
/** Instructions that name a place in memory; nothing is said of its alignment. */
const MEMORY: Record<string, number[]> = {
  'i32.load': [0x28],
  'i32.load8_u': [0x2d],
  'i32.store': [0x36],
  'v128.load': [0xfd, 0x00],
}
const VARIABLE: Record<string, number> = {
  'local.get': 0x20,
  'local.set': 0x21,
  'global.get': 0x23,
  'global.set': 0x24,
}

/**
 * Turns a module in WebAssembly's text format into its binary format, so that what runs is what can be read. Knows as
 * much of the format as our own modules use: folded instructions, named functions, locals and globals, one memory.
 *
 * @throws {Error} on anything else
 * @see WebAssembly Core Specification 2.0, sections 5 and 6
 */
export function assembleWat(text: string): Uint8Array<ArrayBuffer> {
  const [, ...fields] = parse(text)
  const of = (kind: string) => fields.filter((field) => Array.isArray(field) && field[0] === kind) as Expression[][]
  const globals = new Map(of('global').map(([, name], i) => [String(name), i]))
  const sources = of('func')
  const names = new Map(sources.map(([, name], i) => [String(name), i]))
  const funcs = sources.map(([, , ...rest]) => readFunc(rest))
  const exports = [
    ...of('memory').flatMap((field) => exported(field).map((name) => [...string(name), 2, 0])),
    ...sources.flatMap((field, i) => exported(field).map((name) => [...string(name), 0, ...leb(i)])),
  ]
  const types = funcs.map(({ params, results }) => [0x60, ...vector(params.map(type)), ...vector(results.map(type))])
  const values = of('global').map(([, , , initial]) => [0x7f, 1, ...instruction(initial!, NOWHERE), 0x0b])
  const pages = of('memory').map((field) => [0, ...leb(Number(field.at(-1)))])
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(3, vector(funcs.map((_, i) => leb(i)))),
    ...section(5, vector(pages)),
    ...section(6, vector(values)),
    ...section(7, vector(exports)),
    ...section(10, vector(funcs.map((func) => code(func, names, globals)))),
  ])
}

function parse(text: string): Expression[] {
  const open: Expression[][] = [[]]
  for (const [word] of text.matchAll(/;;[^\n]*|[()]|"[^"]*"|[^\s()";]+/g)) {
    if (word.startsWith(';;')) continue
    if (word === '(') open.push([])
    else if (word === ')') {
      const closed = open.pop()!
      open.at(-1)!.push(closed)
    } else open.at(-1)!.push(word)
  }
  return open[0]![0] as Expression[]
}

const exported = (field: Expression[]): string[] =>
  field.flatMap((part) => (Array.isArray(part) && part[0] === 'export' ? String(part[1]).slice(1, -1) : []))

function readFunc(parts: Expression[]): Func {
  const func: Func = { params: [], results: [], locals: [], names: new Map(), body: [] }
  for (const part of parts) {
    const [kind, first, second] = part as string[]
    if (kind === 'param' || kind === 'local') {
      func.names.set(first!, func.names.size)
      func[kind === 'param' ? 'params' : 'locals'].push(second!)
    } else if (kind === 'result') func.results.push(first!)
    else if (kind !== 'export') func.body.push(part)
  }
  return func
}

function code(func: Func, funcs: Map<string, number>, globals: Map<string, number>): number[] {
  const locals = vector(func.locals.map((name) => [1, ...type(name)]))
  const place: Place = { locals: func.names, globals, funcs, labels: [] }
  const body = [...locals, ...func.body.flatMap((one) => instruction(one, place)), 0x0b]
  return [...leb(body.length), ...body]
}

/** What names mean where an instruction stands. `labels`: the blocks around it, the innermost first. */
type Place = {
  locals: Map<string, number>
  globals: Map<string, number>
  funcs: Map<string, number>
  labels: string[]
}
const NOWHERE: Place = { locals: new Map(), globals: new Map(), funcs: new Map(), labels: [] }

/** One folded instruction: its operands come first. */
function instruction(expression: Expression, place: Place): number[] {
  const [name, ...rest] = expression as [string, ...Expression[]]
  const all = (parts: Expression[], at = place) => parts.flatMap((part) => instruction(part, at))
  const within = (label: string): Place => ({ ...place, labels: [label, ...place.labels] })
  const [first, ...others] = rest
  if (PLAIN[name]) return [...all(rest), ...PLAIN[name]]
  if (name === 'i32.const') return [0x41, ...signed(Number(first))]
  if (VARIABLE[name]) {
    const known = name.startsWith('local') ? place.locals : place.globals
    return [...all(others), VARIABLE[name], ...index(known, first!)]
  }
  if (MEMORY[name]) {
    const offset = typeof first === 'string' ? Number(first.replace('offset=', '')) : 0
    return [...all(offset ? others : rest), ...MEMORY[name], 0, ...leb(offset)]
  }
  if (name === 'call') return [...all(others), 0x10, ...index(place.funcs, first!)]
  if (name === 'br' || name === 'br_if') {
    const depth = place.labels.indexOf(String(first))
    if (depth === -1) throw new Error(`no block is called ${String(first)}`)
    return [...all(others), name === 'br' ? 0x0c : 0x0d, ...leb(depth)]
  }
  if (name === 'loop') return [0x03, 0x40, ...all(others, within(String(first))), 0x0b]
  if (name === 'if') {
    const [yes, no] = others as Expression[][]
    const otherwise = no ? [0x05, ...all(no.slice(1), within(''))] : []
    return [...instruction(first!, place), 0x04, 0x40, ...all(yes!.slice(1), within('')), ...otherwise, 0x0b]
  }
  throw new Error(`this instruction is not known: ${name}`)
}

function index(known: Map<string, number>, name: Expression): number[] {
  const found = known.get(String(name))
  if (found === undefined) throw new Error(`nothing is called ${String(name)}`)
  return leb(found)
}

const type = (name: string): number[] => [TYPES[name]!]
const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content]
const vector = (parts: number[][]): number[] => [...leb(parts.length), ...parts.flat()]
const string = (text: string): number[] => [...leb(text.length), ...Buffer.from(text)]

/** LEB128 of a whole number that is not negative. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}

/** LEB128 of 32 bits with a sign. */
function signed(value: number): number[] {
  const low = value & 127
  const rest = (value | 0) >> 7
  const done = (rest === 0 && low < 64) || (rest === -1 && low >= 64)
  return done ? [low] : [low | 128, ...signed(rest)]
}
