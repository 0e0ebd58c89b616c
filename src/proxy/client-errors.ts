// What a client hears that says something which is no HTTP. Node would answer at once, and where a request before the bad
// one is still being served, its client would take that answer for the one it waits for.
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export type ClientErrorHandler = (error: NodeJS.ErrnoException, socket: Duplex) => void;

const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** `inFlight`: the responses that are not over. */
export function createClientErrorHandler(inFlight: Iterable<ServerResponse>): ClientErrorHandler {
  return (error, socket) => {
    const open = [...inFlight].filter(({ req }) => req.socket === socket);
    const owed = open.find(({ req }) => req.complete);
    if (owed) closeAfter(owed, socket);
    else if (!socket.writable || open.some(({ headersSent }) => headersSent)) socket.destroy(error);
    else answer(socket, STATUS[error.code ?? ''] ?? 400);
  };
}

/**
 * For what takes the connection over: true when an answer is still owed on it. That answer is then the last, since its
 * client would take whatever came now for it.
 */
export function isOwed(inFlight: Iterable<ServerResponse>, socket: Duplex): boolean {
  const owed = [...inFlight].find(({ req }) => req.socket === socket);
  if (owed) closeAfter(owed, socket);
  return owed !== undefined;
}

/** The request before the bad one is whole, and its answer is due. */
function closeAfter(response: ServerResponse, socket: Duplex): void {
  response.shouldKeepAlive = false;
  response.once('close', () => finish(socket));
}

function answer(socket: Duplex, status: number): void {
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  finish(socket);
}

function finish(socket: Duplex): void {
  socket.end(() => socket.destroy());
}
