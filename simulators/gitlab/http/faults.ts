/** A failure that a test causes. */
export interface InjectedFault {
  readonly method: string;
  /** Regular expression on the path without its query. */
  readonly path: string;
  /** Number of requests that it still affects. */
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

/** Injected failures that wait for their requests. */
export interface Faults {
  inject(fault: InjectedFault): void;
  /** @returns those that hit nothing, or not as often as they were meant to */
  clear(): InjectedFault[];
  /** The failure to cause in this request, counted down by one. */
  take(method: string, path: string): InjectedFault | undefined;
}

/** An empty set of injected failures. */
export function noFaults(): Faults {
  const injected: InjectedFault[] = [];
  return {
    inject: (fault) => void injected.push(fault),
    clear: () => injected.splice(0).filter(({ times }) => times > 0),
    take(method, path) {
      const found = injected.find(
        (fault) => fault.times > 0 && [method, "*"].includes(fault.method) && new RegExp(fault.path).test(path),
      );
      if (found) found.times--;
      return found;
    },
  };
}
