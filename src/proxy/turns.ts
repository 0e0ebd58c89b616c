import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Calls back when it is the turn of a request, or never. */
export type TakeTurn = (request: IncomingMessage, response: ServerResponse, onTurn: () => void) => void;

/**
 * The requests of one connection, one after the other. Those that a client sends without waiting for the answer before
 * may only be carried out at once if all are safe (RFC 9112, section 9.3.2), and those that stand behind an answer which
 * closes the connection not at all (section 9.6): after a refused request they may be what another server takes for its
 * body.
 */
export function createTurns(): TakeTurn {
  const latest = new WeakMap<Socket, ServerResponse>();
  return (request, response, onTurn) => {
    const { socket } = request;
    if (socket.writableEnded) return;
    // A response that has to wait for another one has no socket yet.
    const before = response.socket === null ? latest.get(socket) : undefined;
    latest.set(socket, response);
    if (!before) return onTurn();
    before.once('close', () => {
      if (before.shouldKeepAlive && !socket.destroyed) onTurn();
    });
  };
}
