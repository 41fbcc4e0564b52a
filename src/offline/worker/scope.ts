/** The part of a service worker's global that ours uses; TypeScript has it in a library that excludes the page's. */
export interface ServiceWorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { matchAll(options: { type: 'all' | 'window' }): Promise<{ id: string }[]> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: LastingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'message', listener: (event: AskEvent) => void): void;
}

interface LastingEvent {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends LastingEvent {
  readonly request: globalThis.Request;
  readonly clientId: string;
  respondWith(response: Response | Promise<Response>): void;
}

interface AskEvent extends LastingEvent {
  readonly data: import('../messages.ts').Request;
  readonly ports: readonly MessagePort[];
}
