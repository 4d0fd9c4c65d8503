// The official tus client sending one file from the disk: the figure to beat.
// usage: node client.mjs FILE ENDPOINT [CHUNK_MIB]; prints JSON with seconds and peak memory.
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { Upload } from 'tus-js-client'

const [file, endpoint, chunkMib = '64'] = process.argv.slice(2)
if (!file || !endpoint) {
  console.error('usage: node client.mjs FILE ENDPOINT [CHUNK_MIB]')
  process.exit(2)
}

const bytes = statSync(file).size
const chunkSize = chunkMib === 'all' ? Number.POSITIVE_INFINITY : Number(chunkMib) * 1024 * 1024
const begun = performance.now()
const upload = new Upload(createReadStream(file), {
  endpoint,
  chunkSize,
  uploadSize: bytes,
  metadata: { filename: basename(file) },
  retryDelays: [],
  onError(error) {
    console.error(String(error))
    process.exit(1)
  },
  onSuccess() {
    const seconds = (performance.now() - begun) / 1000
    const usage = process.resourceUsage()
    console.log(
      JSON.stringify({
        seconds,
        mib_per_s: bytes / 1048576 / seconds,
        rss_max_mib: usage.maxRSS / 1024,
        cpu_s: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
      }),
    )
  },
})
upload.start()
