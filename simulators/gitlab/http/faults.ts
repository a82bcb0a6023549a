/** A fault that a test planted. */
export interface PlantedFault {
  readonly method: string;
  /** Regular expression on the path without its query. */
  readonly path: string;
  /** How many requests it still hits. */
  times: number;
  /** Answers with this status instead of doing anything. */
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Waits this long before anything else, in milliseconds. */
  readonly delay?: number;
  /** Does the work, then cuts the connection instead of answering. */
  readonly cut?: boolean;
}

/** Faults that wait for their requests. */
export interface Faults {
  plant(fault: PlantedFault): void;
  /** @returns those that hit nothing, or not as often as they were meant to */
  clear(): PlantedFault[];
  /** The fault for a request, used up by one. */
  take(method: string, path: string): PlantedFault | undefined;
}

/** No faults yet. */
export function noFaults(): Faults {
  const planted: PlantedFault[] = [];
  return {
    plant: (fault) => void planted.push(fault),
    clear: () => planted.splice(0).filter(({ times }) => times > 0),
    take(method, path) {
      const found = planted.find(
        (fault) => fault.times > 0 && [method, "*"].includes(fault.method) && new RegExp(fault.path).test(path),
      );
      if (found) found.times--;
      return found;
    },
  };
}
