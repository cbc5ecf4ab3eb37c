/** part / whole to 9 digits after the point, beyond which is dust of the division; 0 of nothing. */
export function ratio(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 1e9) / 1e9 : 0;
}
