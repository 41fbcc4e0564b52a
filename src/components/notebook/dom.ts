type Attributes = Record<string, string | number | boolean | undefined>;

/** An element with attributes (`true` sets an empty one, `false` none) and children; strings become text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** The element of that class inside `root`; the component's markup has it. */
export function part<T extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`the notebook's markup lacks ${selector}`);
  return found;
}

/** Calls `action` once no call has come for `ms`; `flush` calls it now if one is waiting. */
export function debounce(
  ms: number,
  action: () => void,
): { (): void; flush(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const fire = (): void => {
    cancel();
    action();
  };
  const call = (): void => {
    cancel();
    timer = setTimeout(fire, ms);
  };
  return Object.assign(call, { cancel, flush: () => void (timer !== undefined && fire()) });
}

/** Calls `action` within `ms` of the first call, however many follow; `flush` calls it now if one waits. */
export function throttle(
  ms: number,
  action: () => void,
): { (): void; flush(): void; cancel(): void; waiting(): boolean } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const fire = (): void => {
    cancel();
    action();
  };
  const call = (): void => {
    timer ??= setTimeout(fire, ms);
  };
  const waiting = (): boolean => timer !== undefined;
  return Object.assign(call, { cancel, waiting, flush: () => void (waiting() && fire()) });
}
