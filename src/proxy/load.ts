import type { ServerResponse } from 'node:http';

/** How many live requests there are, and that there are not too many. */
export interface Load {
  /** Takes a place until the response is closed; false when there is none. */
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
      const hasPlace = inFlight < maxInFlight;
      if (hasPlace) {
        inFlight += 1;
        response.once('close', leave);
      } else shed += 1;
      return hasPlace;
    },
    status: () => ({ inFlight, shed }),
  };
}
