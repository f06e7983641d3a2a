// One upload by tus-js-client in Node. Its options come as one JSON object on standard input; what happens is printed as
// JSON objects, one a line: each request, each answer, and at the end `success` or `error`. tests/tus/javascript.py
// starts this and describes the options.
import { createReadStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import tus from 'tus-js-client'

const options = JSON.parse(readFileSync(0, 'utf8'))
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`)

// A stream of unknown length gives pieces as they come, a file stream is one whose length the client looks up.
const sources = {
  bytes: (path) => readFileSync(path),
  file: (path) => createReadStream(path),
  stream: (path) => Readable.from(createReadStream(path, { highWaterMark: 65536 })),
}

const answer = (response) =>
  response && {
    status: response.getStatus(),
    body: response.getBody(),
    offset: response.getHeader('Upload-Offset') ?? null,
    link: response.getHeader('Upload-Track-Location') ?? null,
    sha256: response.getHeader('X-Audio-SHA256') ?? null,
    refused: response.getHeader('Upload-Error') ?? null,
  }

const upload = new tus.Upload(sources[options.source](options.path), {
  endpoint: options.endpoint,
  uploadUrl: options.uploadUrl,
  headers: { Authorization: `Bearer ${options.token}` },
  metadata: options.metadata,
  chunkSize: options.chunkSize ?? Infinity,
  retryDelays: options.retryDelays,
  uploadLengthDeferred: options.deferred,
  uploadDataDuringCreation: options.duringCreation,
  parallelUploads: options.parallelUploads,
  onUploadUrlAvailable: () => tell({ event: 'url', url: upload.url }),
  onBeforeRequest: (request) =>
    tell({ event: 'request', method: request.getMethod(), offset: request.getHeader('Upload-Offset') ?? null }),
  onAfterResponse: (request, response) =>
    tell({ event: 'answer', method: request.getMethod(), ...answer(response) }),
  onSuccess: ({ lastResponse }) => tell({ event: 'success', url: upload.url, ...answer(lastResponse) }),
  onError: (error) =>
    tell({ event: 'error', url: upload.url, message: error.message, ...answer(error.originalResponse) }),
})
upload.start()
