const dispatch = () => ({ dispatch() {} });
export const one = { name: "one", summary: "first", create: dispatch };
export const two = { name: "two", summary: "second", create: dispatch, options: { "~standard": { validate: validateK } } };
export const half = { name: "half", create: 3 };
export const text = "text";

/** A Standard Schema by hand: {k: number}. */
function validateK(value) {
  return typeof value.k === "number" ? { value: { k: value.k * 2 } } : { issues: [{ message: "k must be a number", path: [{ key: "k" }] }] };
}
