import { describe, expect, test } from 'vitest'
import { redact } from '../src/log.ts'

describe('a line of the log', () => {
  test.each([
    ['a bot token', 'Bot MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.this-is-no-token-of-anybody-at-all', /this-is-no-token/],
    [
      'the token of an interaction',
      'POST /api/v10/interactions/123456789012345678/aW50ZXJhY3Rpb246MTIzNDU2/callback',
      /aW50ZXJhY/,
    ],
    [
      'the token of a webhook',
      'https://discord.example/api/webhooks/123456789012345678/aW50ZXJhY3Rpb246MTIzNDU2',
      /aW50ZXJhY/,
    ],
    ['the password of a database', 'postgres://desk:hunter2secret@db.example/onrecord', /hunter2secret/],
  ])('never holds %s', (_what, line, secret) => {
    expect(redact(line)).toContain('[redacted]')
    expect(redact(line)).not.toMatch(secret)
  })

  test('never holds a value that is known to be secret, whatever it looks like', () => {
    expect(redact('{"key":"plain-words-only"}', ['plain-words-only'])).toBe('{"key":"[redacted]"}')
  })

  test('keeps all else', () => {
    const line = '{"url":"https://gazette.example/2026/03/28/lamps","id":"123456789012345678"}'
    expect(redact(line)).toBe(line)
  })
})
