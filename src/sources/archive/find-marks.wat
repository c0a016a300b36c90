;; Finds the first place of some bytes that holds one of a list of marks, whatever the case of letters. Sixteen places
;; are looked at in one step: those where the first and the last byte of a mark fit are held against all of it.
;; A fold with 32 takes small and capital letters for the same, and some other signs too: what is found is looked at
;; again by who asks.
;;
;; Memory: $marks holds one mark after another, each its length (4 bytes) and its folded bytes, filled up to a multiple
;; of four; a length of nought ends the list. 16 bytes and a mark's length behind $end may be looked at.
(module
  (memory (export "memory") 24)

  ;; @returns the place, or $end where there is none
  (func $find (export "find") (param $marks i32) (param $at i32) (param $end i32) (result i32)
    (local $mark i32)
    (local $length i32)
    (local $found i32)
    (local $best i32)
    (local $place i32)
    (local $bytes v128)
    (loop $blocks
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (local.get $end))))
      (local.set $bytes (call $folded (local.get $at)))
      (local.set $best (local.get $end))
      (local.set $mark (local.get $marks))
      (loop $marks
        (local.set $length (i32.load (local.get $mark)))
        (if (local.get $length)
          (then
            (local.set $found
              (i8x16.bitmask
                (v128.and
                  (i8x16.eq (local.get $bytes) (i8x16.splat (i32.load8_u offset=4 (local.get $mark))))
                  (i8x16.eq
                    (call $folded (i32.sub (i32.add (local.get $at) (local.get $length)) (i32.const 1)))
                    (i8x16.splat (i32.load8_u offset=3 (i32.add (local.get $mark) (local.get $length))))))))
            (loop $places
              (if (local.get $found)
                (then
                  (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $found))))
                  (local.set $found (i32.and (local.get $found) (i32.sub (local.get $found) (i32.const 1))))
                  (if (i32.and
                        (i32.lt_u (local.get $place) (local.get $best))
                        (call $fits (local.get $place) (local.get $mark) (local.get $length)))
                    (then (local.set $best (local.get $place))))
                  (br $places))))
            (local.set $mark
              (i32.add (local.get $mark) (i32.and (i32.add (local.get $length) (i32.const 7)) (i32.const -4))))
            (br $marks))))
      (if (i32.lt_u (local.get $best) (local.get $end)) (then (return (local.get $best))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $blocks))
    (local.get $end))

  (func $folded (param $at i32) (result v128)
    (v128.or (v128.load (local.get $at)) (i8x16.splat (i32.const 32))))

  (func $fits (param $place i32) (param $mark i32) (param $length i32) (result i32)
    (local $i i32)
    (loop $bytes
      (if (i32.ne
            (i32.or (i32.load8_u (i32.add (local.get $place) (local.get $i))) (i32.const 32))
            (i32.load8_u offset=4 (i32.add (local.get $mark) (local.get $i))))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $bytes (i32.lt_u (local.get $i) (local.get $length))))
    (i32.const 1))
)
