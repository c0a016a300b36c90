import { describe, expect, test } from 'vitest'
import { assembleWat } from '../../../src/sources/archive/assemble-wat.ts'

describe('a module in the text format', () => {
  test('becomes the bytes that the specification says', () => {
    const text = `;; adds one
      (module (memory (export "m") 1)
        (func $next (export "f") (param $a i32) (result i32) (i32.add (local.get $a) (i32.const -65))))`
    expect(Buffer.from(assembleWat(text)).toString('hex')).toBe(
      [
        '0061736d01000000',
        '0106' + '0160017f017f',
        '0302' + '0100',
        '0503' + '010001',
        '0601' + '00',
        '0709' + '02' + '016d0200' + '01660000',
        '0a0a' + '01' + '08' + '00' + '2000' + '41bf7f' + '6a' + '0b',
      ].join(''),
    )
  })

  test.each([
    ['(module (func $a (i32.frobnicate)))', 'not known: i32.frobnicate'],
    ['(module (func $a (call $b)))', 'nothing is called $b'],
    ['(module (func $a (local.set $x (i32.const 1))))', 'nothing is called $x'],
    ['(module (func $a (br $out)))', 'no block is called $out'],
  ])('%s is refused', (text, reason) => expect(() => assembleWat(text)).toThrow(reason))
})
