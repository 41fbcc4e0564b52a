/**
 * Makes a worker's realm safe to share between the lab and a reader's code: unwanted globals go, and
 * every intrinsic is frozen, so that nothing the lab or the harness calls can be replaced.
 */

/** Globals that stay. Everything else a worker offers is deleted, along the global's prototype chain. */
const KEPT: ReadonlySet<string> = new Set(
  `AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean
  DataView Date DisposableStack Error EvalError Float16Array Float32Array Float64Array FinalizationRegistry
  Function Infinity Int8Array Int16Array Int32Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy
  RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String SuppressedError Symbol SyntaxError
  TypeError URIError Uint8Array Uint8ClampedArray Uint16Array Uint32Array WeakMap WeakRef WeakSet WebAssembly
  decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN parseFloat
  parseInt undefined unescape
  TextDecoder TextEncoder URL URLSearchParams DOMException atob btoa clearInterval clearTimeout console crypto
  performance queueMicrotask self setInterval setTimeout structuredClone`.split(/\s+/),
);

/** Members of kept web objects that reach out of the worker or hand out objects that do. */
const REMOVED_MEMBERS: readonly (readonly [string, string])[] = [
  ['URL', 'createObjectURL'],
  ['URL', 'revokeObjectURL'],
  ['WebAssembly', 'compileStreaming'],
  ['WebAssembly', 'instantiateStreaming'],
];

/**
 * Locks the realm whose global object is `scope`. Call it after the lab was evaluated and after everything
 * the harness needs later was captured. `extra` are further roots to freeze, such as the lab's exports.
 */
export function lockdown(scope: object, extra: readonly unknown[]): void {
  removeGlobals(scope);
  for (const [owner, member] of REMOVED_MEMBERS) {
    const holder = Reflect.get(scope, owner);
    if (holder) Reflect.deleteProperty(holder, member);
  }
  for (const [holder, keys] of overridable()) for (const key of keys) allowOverride(holder, key);
  harden([...globalValues(scope), ...hiddenIntrinsics(), ...extra], scope);
  sealGlobals(scope);
}

function removeGlobals(scope: object): void {
  let holder: object | null = scope;
  while (holder && holder !== Object.prototype) {
    for (const key of Reflect.ownKeys(holder)) {
      if (typeof key !== 'string' || KEPT.has(key)) continue;
      if (!Reflect.deleteProperty(holder, key)) {
        Reflect.defineProperty(holder, key, { value: undefined, writable: false });
      }
    }
    holder = Reflect.getPrototypeOf(holder);
  }
}

function globalValues(scope: object): unknown[] {
  const values: unknown[] = [Reflect.getPrototypeOf(scope)];
  for (const key of Reflect.ownKeys(scope)) {
    const d = Reflect.getOwnPropertyDescriptor(scope, key);
    if (d) values.push(d.value, d.get, d.set);
  }
  // Accessors of the global object, such as performance and crypto, hand out objects of their own.
  for (const name of ['performance', 'crypto', 'console']) values.push(Reflect.get(scope, name));
  return values;
}

/** Intrinsics that no global names. */
function hiddenIntrinsics(): unknown[] {
  const generator = Object.getPrototypeOf(function* () {});
  const asyncGenerator = Object.getPrototypeOf(async function* () {});
  return [
    Object.getPrototypeOf(async () => {}),
    generator,
    asyncGenerator,
    Object.getPrototypeOf(Uint8Array),
    Object.getPrototypeOf([][Symbol.iterator]()),
    Object.getPrototypeOf(''[Symbol.iterator]()),
    Object.getPrototypeOf(new Map()[Symbol.iterator]()),
    Object.getPrototypeOf(new Set()[Symbol.iterator]()),
    Object.getPrototypeOf(/a/[Symbol.matchAll]('')),
    Reflect.getOwnPropertyDescriptor(Function.prototype, 'caller')?.get,
  ];
}

/**
 * Ordinary code assigns these names on its own objects (`error.name = …`, `x.toString = …`). Once the
 * prototype is frozen that assignment would throw, so each becomes an accessor that defines an own property.
 */
function overridable(): [object, readonly PropertyKey[]][] {
  const errors = [
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
    AggregateError,
  ];
  return [
    [
      Object.prototype,
      [
        'constructor',
        'hasOwnProperty',
        'isPrototypeOf',
        'propertyIsEnumerable',
        'toLocaleString',
        'toString',
        'valueOf',
      ],
    ],
    [Function.prototype, ['constructor', 'toString', 'apply', 'bind', 'call']],
    [Promise.prototype, ['constructor', 'then', 'catch', 'finally']],
    [Date.prototype, ['constructor', 'toString', 'toJSON', 'valueOf']],
    ...errors.map((e): [object, readonly PropertyKey[]] => [
      e.prototype,
      ['constructor', 'name', 'message', 'toString'],
    ]),
  ];
}

function allowOverride(holder: object, key: PropertyKey): void {
  const before = Reflect.getOwnPropertyDescriptor(holder, key);
  if (!before?.configurable || !('value' in before)) return;
  const value = before.value;
  Reflect.defineProperty(holder, key, {
    get: () => value,
    set(this: unknown, next: unknown) {
      if (this === holder) throw new TypeError(`'${String(key)}' is read only`);
      if ((typeof this !== 'object' && typeof this !== 'function') || this === null) return;
      const own = { value: next, writable: true, enumerable: true, configurable: true };
      if (!Reflect.defineProperty(this, key, own))
        throw new TypeError(`cannot set '${String(key)}'`);
    },
    enumerable: before.enumerable ?? false,
    configurable: false,
  });
}

/** Freezes everything that can be reached from `roots`, except `skip`. Buffers keep their bytes writable. */
export function harden(roots: readonly unknown[], skip?: object): void {
  const seen = new Set<object>();
  const stack = [...roots];
  while (stack.length > 0) {
    const item = stack.pop();
    if ((typeof item !== 'object' && typeof item !== 'function') || item === null) continue;
    if (item === skip || seen.has(item)) continue;
    seen.add(item);
    stack.push(Reflect.getPrototypeOf(item));
    // A buffer's elements cannot be frozen, and its prototype is reached above.
    if (ArrayBuffer.isView(item)) continue;
    for (const key of Reflect.ownKeys(item)) {
      const d = Reflect.getOwnPropertyDescriptor(item, key);
      if (d) stack.push(d.value, d.get, d.set);
    }
    Object.freeze(item);
  }
}

/** What is left on the global object can be read and not replaced; new globals may be added. */
function sealGlobals(scope: object): void {
  for (const key of Reflect.ownKeys(scope)) {
    const d = Reflect.getOwnPropertyDescriptor(scope, key);
    if (!d?.configurable) continue;
    Reflect.defineProperty(
      scope,
      key,
      'value' in d ? { writable: false, configurable: false } : { configurable: false },
    );
  }
}
