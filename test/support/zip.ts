import { crc32, deflateRawSync } from 'node:zlib'

/** A ZIP as any packer writes it, from names and contents. Names are written as they are, wherever they lead. */
export function zipOf(files: Record<string, string | Buffer>): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, content] of Object.entries(files)) {
    const plain = Buffer.from(content as string)
    const packed = deflateRawSync(plain)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(0x0800, 2)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(plain), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(plain.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, tail, Buffer.from(name)]))
    bodies.push(body)
    at += body.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...bodies, list, Buffer.from('PK\x05\x06'), end])
}

/** A tar (ustar) of names and contents. */
export function tarOf(files: Record<string, string | Buffer>): Buffer {
  const parts: Buffer[] = []
  for (const [name, content] of Object.entries(files)) {
    const body = Buffer.from(content as string)
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\0', 100)
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write('0', 156)
    header.write('ustar\x0000', 257, 'latin1')
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    parts.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512))
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** A WARC of answers, and with each a request as crawlers write one. */
export function warcOf(answers: { address: string; type: string; body: string | Buffer; headers?: string }[]): Buffer {
  const record = (kind: string, address: string, block: Buffer) =>
    Buffer.concat([
      Buffer.from(
        `WARC/1.0\r\nWARC-Type: ${kind}\r\nWARC-Target-URI: ${address}\r\nWARC-Date: 2026-03-03T09:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\nContent-Type: application/http; msgtype=${kind}\r\nContent-Length: ${block.length}\r\n\r\n`,
      ),
      block,
      Buffer.from('\r\n\r\n'),
    ])
  return Buffer.concat(
    answers.flatMap(({ address, type, body, headers = '' }) => [
      record('request', address, Buffer.from('GET / HTTP/1.1\r\nAuthorization: Bearer very-secret\r\n\r\n')),
      record(
        'response',
        address,
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${headers}\r\n`),
          Buffer.from(body as string),
        ]),
      ),
    ]),
  )
}
