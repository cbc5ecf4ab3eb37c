/** Where a tensor comes from. */
export const TensorOrigin = { op: 0, input: 1, weight: 2 } as const;
export type TensorOrigin = (typeof TensorOrigin)[keyof typeof TensorOrigin];
