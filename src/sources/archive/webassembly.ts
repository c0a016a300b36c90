import { readFileSync } from 'node:fs'
import { assembleWat } from './assemble-wat.ts'

/** The part of WebAssembly that is used: the types of Node do not name it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: unknown }
  RuntimeError: new () => Error
}

/** Memory grows by pages of 64 KB; what looked at it before must look anew. */
export type WasmMemory = { buffer: ArrayBuffer; grow(pages: number): number }
export const PAGE = 64 * 1024

const modules = new Map<string, object>()

/** A new instance of the module in a file beside this one, with a memory of its own. @returns what it exports */
export function instanceOf<Exports>(file: string): Exports {
  let module = modules.get(file)
  if (!module) {
    module = new WebAssembly.Module(assembleWat(readFileSync(new URL(file, import.meta.url), 'utf8')))
    modules.set(file, module)
  }
  return new WebAssembly.Instance(module).exports as Exports
}

/** True where a module came upon what it does not take. */
export const isTrap = (error: unknown): boolean => error instanceof WebAssembly.RuntimeError
