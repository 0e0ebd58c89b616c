import type { ServerResponse } from 'node:http';

/** How many live requests there are, and that there are not too many. */
export interface Load {
  /** Takes a place, which the response has until it is closed; false when there is none. */
  enter(response: ServerResponse): boolean;
  /** `shed`: turned away since the start. */
  status(): { readonly inFlight: number; readonly shed: number };
}

export function createLoad(maxInFlight: number): Load {
  let inFlight = 0;
  let shed = 0;
  const leave = (): void => {
    inFlight -= 1;
  };
  return {
    enter: (response) => {
      // It will not be closed a second time, and nothing is done for it any more.
      if (response.closed) return true;
      const hasPlace = inFlight < maxInFlight;
      if (hasPlace) {
        inFlight += 1;
        response.on('close', leave);
      } else shed += 1;
      return hasPlace;
    },
    status: () => ({ inFlight, shed }),
  };
}
