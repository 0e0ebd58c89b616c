import type { ServerResponse } from 'node:http';

/** How many live requests there are, and that there are not too many. */
export interface Load {
  /** Takes a place; false when there is none. */
  enter(response: ServerResponse): boolean;
  /** Gives the place back, if it had one. */
  leave(response: ServerResponse): void;
  /** `shed`: turned away since the start. */
  status(): { readonly inFlight: number; readonly shed: number };
}

export function createLoad(maxInFlight: number): Load {
  const inFlight = new Set<ServerResponse>();
  let shed = 0;
  return {
    enter: (response) => {
      const hasPlace = inFlight.size < maxInFlight;
      if (hasPlace) inFlight.add(response);
      else shed += 1;
      return hasPlace;
    },
    leave: (response) => void inFlight.delete(response),
    status: () => ({ inFlight: inFlight.size, shed }),
  };
}
