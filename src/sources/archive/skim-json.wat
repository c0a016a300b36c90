;; Passes over one JSON value as RFC 8259 writes it, and notes where what is wanted of it stands. Sixteen bytes of a
;; string are looked at in one step. Whatever is not the grammar traps: then JSON.parse decides. The byte behind the
;; value is nought, which JSON has nowhere, so that no place needs to be held against the end.
;;
;; Memory: the keys that are wanted at $root, the notes from $notes to $input, the value from $input.
;; A table of keys: 128 places of 4 bytes, each nought or the address of a key.
;; A key: its length, the table of what is wanted inside it (nought: all of it), its number, its bytes.
;; A note: 3 words. Its kind and 16 times the number of its key, where it begins, where it ends.
;; Kinds: 0 object opens, 1 object closes, 2 list opens, 3 list closes, 4 string, 5 string with escapes, 6 number or
;; word, 7 object or list that is wanted whole.
(module
  (memory (export "memory") 32)
  (global $next (mut i32) (i32.const 0))
  (global $input (mut i32) (i32.const 0))
  (global $escaped (mut i32) (i32.const 0))

  ;; @returns the address behind the last note; traps where the value is not whole
  (func $scan (export "scan") (param $root i32) (param $notes i32) (param $from i32) (param $end i32) (result i32)
    (global.set $next (local.get $notes))
    (global.set $input (local.get $from))
    (if (i32.ne (call $space (call $value (local.get $from) (local.get $root) (i32.const 0) (i32.const 0))) (local.get $end))
      (then (unreachable)))
    (global.get $next))

  (func $note (param $kind i32) (param $key i32) (param $start i32) (param $end i32)
    (local $next i32)
    (local.set $next (global.get $next))
    (if (i32.gt_u (i32.add (local.get $next) (i32.const 12)) (global.get $input)) (then (unreachable)))
    (i32.store (local.get $next) (i32.or (local.get $kind) (i32.shl (local.get $key) (i32.const 4))))
    (i32.store offset=4 (local.get $next) (local.get $start))
    (i32.store offset=8 (local.get $next) (local.get $end))
    (global.set $next (i32.add (local.get $next) (i32.const 12))))

  ;; The place of the next byte that is no white space.
  (func $space (param $at i32) (result i32)
    (local $byte i32)
    (loop $more
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.gt_u (local.get $byte) (i32.const 32)) (then (return (local.get $at))))
      (if (i32.or
            (i32.or (i32.eq (local.get $byte) (i32.const 32)) (i32.eq (local.get $byte) (i32.const 10)))
            (i32.or (i32.eq (local.get $byte) (i32.const 13)) (i32.eq (local.get $byte) (i32.const 9))))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $more))))
    (local.get $at))

  ;; @returns the place behind the closing mark of the string whose opening mark is behind $at
  (func $string (param $at i32) (result i32)
    (local $bytes v128)
    (local $found i32)
    (loop $more
      (local.set $bytes (v128.load (local.get $at)))
      (local.set $found
        (i8x16.bitmask
          (v128.or
            (v128.or
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 34)))
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 92))))
            (i8x16.lt_u (local.get $bytes) (i8x16.splat (i32.const 32))))))
      (if (i32.eqz (local.get $found))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $more)))
      (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $found))))
      (local.set $found (i32.load8_u (local.get $at)))
      (if (i32.eq (local.get $found) (i32.const 92))
        (then
          (global.set $escaped (i32.const 1))
          (local.set $at (call $escape (i32.add (local.get $at) (i32.const 1))))
          (br $more)))
      (if (i32.ne (local.get $found) (i32.const 34)) (then (unreachable))))
    (i32.add (local.get $at) (i32.const 1)))

  ;; @returns the place behind the escape whose backslash is behind $at
  (func $escape (param $at i32) (result i32)
    (local $byte i32)
    (local.set $byte (i32.load8_u (local.get $at)))
    (if (i32.eq (local.get $byte) (i32.const 117))
      (then
        (call $hex (i32.load8_u offset=1 (local.get $at)))
        (call $hex (i32.load8_u offset=2 (local.get $at)))
        (call $hex (i32.load8_u offset=3 (local.get $at)))
        (call $hex (i32.load8_u offset=4 (local.get $at)))
        (return (i32.add (local.get $at) (i32.const 5)))))
    ;; The marks " \ / and the letters b f n r t
    (if (i32.eqz (i32.or
          (i32.or
            (i32.or (i32.eq (local.get $byte) (i32.const 34)) (i32.eq (local.get $byte) (i32.const 92)))
            (i32.or (i32.eq (local.get $byte) (i32.const 47)) (i32.eq (local.get $byte) (i32.const 98))))
          (i32.or
            (i32.or (i32.eq (local.get $byte) (i32.const 102)) (i32.eq (local.get $byte) (i32.const 110)))
            (i32.or (i32.eq (local.get $byte) (i32.const 114)) (i32.eq (local.get $byte) (i32.const 116))))))
      (then (unreachable)))
    (i32.add (local.get $at) (i32.const 1)))

  (func $hex (param $byte i32)
    (if (i32.and
          (i32.gt_u (i32.sub (local.get $byte) (i32.const 48)) (i32.const 9))
          (i32.gt_u (i32.sub (i32.or (local.get $byte) (i32.const 32)) (i32.const 97)) (i32.const 5)))
      (then (unreachable))))

  ;; A number: no plus, no leading nought, digits around the point.
  (func $number (param $at i32) (result i32)
    (local $byte i32)
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 45))
      (then (local.set $at (i32.add (local.get $at) (i32.const 1)))))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 48))
      (then (local.set $at (i32.add (local.get $at) (i32.const 1))))
      (else (local.set $at (call $digits (local.get $at)))))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 46))
      (then (local.set $at (call $digits (i32.add (local.get $at) (i32.const 1))))))
    (if (i32.eq (i32.or (i32.load8_u (local.get $at)) (i32.const 32)) (i32.const 101))
      (then
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $byte (i32.load8_u (local.get $at)))
        (if (i32.or (i32.eq (local.get $byte) (i32.const 43)) (i32.eq (local.get $byte) (i32.const 45)))
          (then (local.set $at (i32.add (local.get $at) (i32.const 1)))))
        (local.set $at (call $digits (local.get $at)))))
    (local.get $at))

  (func $digits (param $at i32) (result i32)
    (local $from i32)
    (local.set $from (local.get $at))
    (loop $more
      (if (i32.le_u (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)) (i32.const 9))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $more))))
    (if (i32.eq (local.get $at) (local.get $from)) (then (unreachable)))
    (local.get $at))

  ;; true, false, null, else a number
  (func $plain (param $at i32) (result i32)
    (local $four i32)
    (local.set $four (i32.load (local.get $at)))
    (if (i32.or (i32.eq (local.get $four) (i32.const 0x65757274)) (i32.eq (local.get $four) (i32.const 0x6c6c756e)))
      (then (return (i32.add (local.get $at) (i32.const 4)))))
    (if (i32.eq (local.get $four) (i32.const 0x736c6166))
      (then
        (if (i32.ne (i32.load8_u offset=4 (local.get $at)) (i32.const 101)) (then (unreachable)))
        (return (i32.add (local.get $at) (i32.const 5)))))
    (call $number (local.get $at)))

  ;; Passes over a value of any kind. @returns the place behind it
  (func $pass (param $at i32) (param $depth i32) (result i32)
    (local $byte i32)
    (local $close i32)
    (local.set $at (call $space (local.get $at)))
    (local.set $byte (i32.load8_u (local.get $at)))
    (if (i32.eq (local.get $byte) (i32.const 34)) (then (return (call $string (i32.add (local.get $at) (i32.const 1))))))
    (if (i32.and (i32.ne (local.get $byte) (i32.const 123)) (i32.ne (local.get $byte) (i32.const 91)))
      (then (return (call $plain (local.get $at)))))
    (if (i32.gt_u (local.get $depth) (i32.const 100)) (then (unreachable)))
    ;; The closing bracket stands two behind the opening one in ASCII.
    (local.set $close (i32.add (local.get $byte) (i32.const 2)))
    (local.set $at (call $space (i32.add (local.get $at) (i32.const 1))))
    (if (i32.eq (i32.load8_u (local.get $at)) (local.get $close))
      (then (return (i32.add (local.get $at) (i32.const 1)))))
    (loop $more
      (if (i32.eq (local.get $close) (i32.const 125))
        (then
          (local.set $at (call $space (local.get $at)))
          (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 34)) (then (unreachable)))
          (local.set $at (call $colon (call $string (i32.add (local.get $at) (i32.const 1)))))))
      (local.set $at (call $space (call $pass (local.get $at) (i32.add (local.get $depth) (i32.const 1)))))
      (local.set $byte (i32.load8_u (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $more (i32.eq (local.get $byte) (i32.const 44)))
      (if (i32.ne (local.get $byte) (local.get $close)) (then (unreachable))))
    (local.get $at))

  (func $colon (param $at i32) (result i32)
    (local.set $at (call $space (local.get $at)))
    (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 58)) (then (unreachable)))
    (i32.add (local.get $at) (i32.const 1)))

  ;; Notes a value: all of it, or of an object what $table names; of a list the same of each value.
  (func $value (param $at i32) (param $table i32) (param $key i32) (param $depth i32) (result i32)
    (local $byte i32)
    (local $start i32)
    (local.set $at (call $space (local.get $at)))
    (local.set $byte (i32.load8_u (local.get $at)))
    (if (i32.eq (local.get $byte) (i32.const 34))
      (then
        (local.set $start (i32.add (local.get $at) (i32.const 1)))
        (global.set $escaped (i32.const 0))
        (local.set $at (call $string (local.get $start)))
        (call $note (i32.add (i32.const 4) (global.get $escaped)) (local.get $key) (local.get $start) (i32.sub (local.get $at) (i32.const 1)))
        (return (local.get $at))))
    (if (i32.gt_u (local.get $depth) (i32.const 100)) (then (unreachable)))
    (if (i32.and (i32.eq (local.get $byte) (i32.const 123)) (i32.ne (local.get $table) (i32.const 0)))
      (then (return (call $object (local.get $at) (local.get $table) (local.get $key) (local.get $depth)))))
    (if (i32.and (i32.eq (local.get $byte) (i32.const 91)) (i32.ne (local.get $table) (i32.const 0)))
      (then (return (call $list (local.get $at) (local.get $table) (local.get $key) (local.get $depth)))))
    (local.set $start (local.get $at))
    (local.set $at (call $pass (local.get $at) (local.get $depth)))
    (call $note
      (i32.add (i32.const 6) (i32.or (i32.eq (local.get $byte) (i32.const 123)) (i32.eq (local.get $byte) (i32.const 91))))
      (local.get $key) (local.get $start) (local.get $at))
    (local.get $at))

  (func $object (param $at i32) (param $table i32) (param $key i32) (param $depth i32) (result i32)
    (local $byte i32)
    (local $found i32)
    (call $note (i32.const 0) (local.get $key) (local.get $at) (local.get $at))
    (local.set $at (call $space (i32.add (local.get $at) (i32.const 1))))
    (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 125))
      (then
        (loop $more
          (local.set $at (call $space (local.get $at)))
          (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 34)) (then (unreachable)))
          (local.set $byte (i32.add (local.get $at) (i32.const 1)))
          (global.set $escaped (i32.const 0))
          (local.set $at (call $string (local.get $byte)))
          ;; A key that is written with escapes may be any.
          (if (global.get $escaped) (then (unreachable)))
          (local.set $found (call $find (local.get $table) (local.get $byte) (i32.sub (i32.sub (local.get $at) (i32.const 1)) (local.get $byte))))
          (local.set $at (call $colon (local.get $at)))
          (if (local.get $found)
            (then
              (local.set $at
                (call $value (local.get $at) (i32.load offset=4 (local.get $found)) (i32.load offset=8 (local.get $found)) (i32.add (local.get $depth) (i32.const 1)))))
            (else
              (local.set $at (call $pass (local.get $at) (i32.add (local.get $depth) (i32.const 1))))))
          (local.set $at (call $space (local.get $at)))
          (local.set $byte (i32.load8_u (local.get $at)))
          (if (i32.eq (local.get $byte) (i32.const 44))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (br $more)))
          (if (i32.ne (local.get $byte) (i32.const 125)) (then (unreachable))))))
    (call $note (i32.const 1) (i32.const 0) (local.get $at) (local.get $at))
    (i32.add (local.get $at) (i32.const 1)))

  (func $list (param $at i32) (param $table i32) (param $key i32) (param $depth i32) (result i32)
    (local $byte i32)
    (call $note (i32.const 2) (local.get $key) (local.get $at) (local.get $at))
    (local.set $at (call $space (i32.add (local.get $at) (i32.const 1))))
    (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 93))
      (then
        (loop $more
          (local.set $at
            (call $space (call $value (local.get $at) (local.get $table) (i32.const 0) (i32.add (local.get $depth) (i32.const 1)))))
          (local.set $byte (i32.load8_u (local.get $at)))
          (if (i32.eq (local.get $byte) (i32.const 44))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (br $more)))
          (if (i32.ne (local.get $byte) (i32.const 93)) (then (unreachable))))))
    (call $note (i32.const 3) (i32.const 0) (local.get $at) (local.get $at))
    (i32.add (local.get $at) (i32.const 1)))

  ;; @returns the address of the wanted key with these bytes, nought where there is none
  (func $find (param $table i32) (param $start i32) (param $length i32) (result i32)
    (local $place i32)
    (local $key i32)
    (local $i i32)
    (if (i32.eqz (local.get $length)) (then (return (i32.const 0))))
    ;; As placeOf in skim-json.ts: of the length, the first byte, the middle one and the last.
    (local.set $place
      (i32.add
        (i32.add (i32.mul (local.get $length) (i32.const 7)) (i32.mul (i32.load8_u (local.get $start)) (i32.const 3)))
        (i32.add
          (i32.mul (i32.load8_u (i32.add (local.get $start) (i32.shr_u (local.get $length) (i32.const 1)))) (i32.const 31))
          (i32.mul (i32.load8_u (i32.sub (i32.add (local.get $start) (local.get $length)) (i32.const 1))) (i32.const 17)))))
    (loop $more
      (local.set $key (i32.load (i32.add (local.get $table) (i32.shl (i32.and (local.get $place) (i32.const 127)) (i32.const 2)))))
      (if (i32.eqz (local.get $key)) (then (return (i32.const 0))))
      (local.set $place (i32.add (local.get $place) (i32.const 1)))
      (br_if $more (i32.ne (i32.load (local.get $key)) (local.get $length)))
      (local.set $i (i32.const 0))
      (loop $bytes
        (br_if $more
          (i32.ne
            (i32.load8_u (i32.add (local.get $start) (local.get $i)))
            (i32.load8_u offset=12 (i32.add (local.get $key) (local.get $i)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $bytes (i32.lt_u (local.get $i) (local.get $length)))))
    (local.get $key))
)
