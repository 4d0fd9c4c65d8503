// The official tus server on a free loopback port, for tests and benchmarks.
// usage: node server.mjs FOLDER [PORT]; prints "listening PORT" once it takes connections.
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const [folder, port = '0'] = process.argv.slice(2)
if (!folder) {
  console.error('usage: node server.mjs FOLDER [PORT]')
  process.exit(2)
}

const tus = new Server({
  path: '/files',
  datastore: new FileStore({ directory: folder }),
  // The address as the client knows it, which may be that of a proxy in between.
  respectForwardedHeaders: false,
})
const server = tus.listen({ host: '127.0.0.1', port: Number(port) }, () => {
  console.log(`listening ${server.address().port}`)
})

// Ends with whoever started it, also where that one was killed.
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
