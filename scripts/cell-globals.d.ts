// What a cell finds in its worker besides the language, for tsconfig.cells.json.
declare const console: Record<
  'log' | 'info' | 'debug' | 'warn' | 'error' | 'table' | 'dir' | 'assert' | 'count',
  (...values: unknown[]) => void
>;
declare const performance: { now(): number };
declare function structuredClone<T>(value: T): T;
declare function setTimeout(handler: () => void, ms?: number): number;
declare function clearTimeout(id?: number): void;
declare function queueMicrotask(callback: () => void): void;
declare class TextEncoder {
  encode(text?: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label?: string);
  decode(bytes?: Uint8Array): string;
}
