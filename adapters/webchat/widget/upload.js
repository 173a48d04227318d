import { answer, unreachable } from './api.js'

/** @import { Answer } from './types.d.ts' */

/**
 * Uploads one file. XMLHttpRequest, because fetch cannot tell how far it has come.
 *
 * @param {string} token
 * @param {File} file
 * @param {(share: number) => void} onProgress
 * @returns {Promise<Answer>}
 */
export function upload(token, file, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/webchat/files')
    request.setRequestHeader('authorization', `visitor ${token}`)
    request.setRequestHeader('accept', 'application/json')
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0)
    request.onload = () =>
      resolve(answer(request.status, request.responseText, request.getResponseHeader('retry-after')))
    request.onerror = () => resolve(unreachable(undefined))
    request.ontimeout = () => resolve(unreachable(undefined))
    const form = new FormData()
    form.append('file', file, file.name)
    request.send(form)
  })
}
