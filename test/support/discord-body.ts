import type { IncomingMessage } from 'node:http'
import busboy from 'busboy'
import type { SentFile } from './discord-channels.ts'
import type { Json } from './discord-limits.ts'

/** What a request holds: JSON, alone or beside files. */
export async function readBody(request: IncomingMessage): Promise<{ body: Json; files: SentFile[] }> {
  if ((request.headers['content-type'] ?? '').startsWith('multipart/')) return readParts(request)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return { body: text === '' ? null : (JSON.parse(text) as Json), files: [] }
}

async function readParts(request: IncomingMessage): Promise<{ body: Json; files: SentFile[] }> {
  const parser = busboy({ headers: request.headers, limits: { fieldSize: 5e6 } })
  const files: SentFile[] = []
  let body: Json = null
  parser.on('field', (name, value) => {
    if (name === 'payload_json') body = JSON.parse(value) as Json
  })
  parser.on('file', (_name, stream, { filename }) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const bytes = Buffer.concat(chunks)
      files.push({ name: filename ?? '', text: bytes.toString('utf8'), bytes: bytes.length })
    })
  })
  await new Promise((resolve, reject) => {
    parser.on('close', resolve)
    parser.on('error', reject)
    request.pipe(parser)
  })
  return { body, files }
}
