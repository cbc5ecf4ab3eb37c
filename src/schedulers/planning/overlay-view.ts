import type { PolicyView } from "../../plugin.ts";

/** The view with other answers to some questions. All else is asked of `view` itself, now and later. */
export function overlayView(view: PolicyView, answers: Partial<PolicyView>): PolicyView {
  const overlaid: Record<string, unknown> = {};
  for (let at = view as object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const key of Object.getOwnPropertyNames(at)) {
      if (key === "constructor" || Object.hasOwn(overlaid, key)) continue;
      const value: unknown = Reflect.get(view, key);
      if (typeof value === "function") overlaid[key] = (value as (...args: unknown[]) => unknown).bind(view);
      else Object.defineProperty(overlaid, key, { get: () => Reflect.get(view, key) as unknown, configurable: true });
    }
  }
  return Object.assign(overlaid, answers) as unknown as PolicyView;
}
