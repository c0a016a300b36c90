// @ts-check
// Plain JavaScript, so that a Node too old for TypeScript can still read it and say what to type instead.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 26) {
  console.error(
    `Onrecord runs on Node 26 and this is Node ${process.versions.node}: type “npm ci && npm start” in its folder, which brings its own.`,
  )
  process.exit(2)
}
// What was compiled once is read from there the next time, by worker threads and child processes too. A folder of all
// users (Node's own default) would let one put code before another; where this one cannot be written, nothing is kept.
const { enableCompileCache } = await import('node:module')
const { fileURLToPath } = await import('node:url')
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))
enableCompileCache()
// A bot idles most of its life: memory counts for more than speed. One of many workers takes the first of these back.
const { setFlagsFromString } = await import('node:v8')
for (const flag of ['--optimize-for-size', '--max-semi-space-size=4']) setFlagsFromString(flag)
const { runCli } = await import('./cli/cli.ts')
process.exitCode = await runCli(process.argv.slice(2))
