/** Kinds of events, in the order in which events of one instant are handled. */
export const EventKind = { jobArrival: 0, signal: 1, transferJoins: 2, transferEnd: 3, opJoins: 4, opEnd: 5, wake: 6, deviceChange: 7, host: 8, inputsArrive: 9, threadTimer: 10, threadDone: 11, message: 12, fileEnd: 13, slice: 14, watch: 15 } as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

const KIND_SHIFT = 28;
/** Entity ids fit below the kind. */
export const MAX_ENTITY = 2 ** KIND_SHIFT - 1;
/** Generations of the events of one entity that are told apart. */
export const GENERATIONS = 2 ** 20;

/** The total order within an instant: kind first, then entity id. */
export function eventKey(kind: EventKind, entity: number): number {
  return ((kind << KIND_SHIFT) | entity) >>> 0;
}
export function keyKind(key: number): EventKind {
  return (key >>> KIND_SHIFT) as EventKind;
}
export function keyEntity(key: number): number {
  return key & MAX_ENTITY;
}

/** The key and the generation of an event in one number, so that what is ordered by it is ordered by key: 32 bits, and as many as a float64 still holds. */
export function eventOrder(key: number, generation: number): number {
  return key * GENERATIONS + generation;
}
export function orderKey(order: number): number {
  return (order / GENERATIONS) >>> 0;
}
export function orderGeneration(order: number): number {
  return (order - orderKey(order) * GENERATIONS) | 0;
}
