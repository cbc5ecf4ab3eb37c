import { nanoseconds } from "../nanoseconds.ts";

/** The one that weighs most among several. */
export interface Largest {
  readonly name: string;
  readonly ns: number;
}

/** How often something happened, how long it took together, and the longest of them. */
export interface Total {
  readonly count: number;
  readonly ns: number;
  readonly largest: Largest;
}

interface Sum<L> {
  readonly label: L;
  count: number;
  ticks: number;
  subject: number;
  subjectTicks: number;
}

/** Sums of durations by a key, few keys for many additions; each key has a label, and knows the subject with the longest single duration. */
export class Groups<L extends object> {
  readonly #sums = new Map<string, Sum<L>>();

  /** `subject` is named only when the sums are read; ties go to the one that came first. */
  add(key: string, label: () => L, ticks: number, subject: number): void {
    const sum = this.#sums.get(key);
    if (sum === undefined) {
      this.#sums.set(key, { label: label(), count: 1, ticks, subject, subjectTicks: ticks });
      return;
    }
    sum.count++;
    sum.ticks += ticks;
    if (ticks <= sum.subjectTicks) return;
    sum.subject = subject;
    sum.subjectTicks = ticks;
  }

  /** Ticks of all keys together. */
  get ticks(): number {
    let ticks = 0;
    for (const sum of this.#sums.values()) ticks += sum.ticks;
    return ticks;
  }

  /** Longest first; equal ones in the order in which they came. */
  totals(tickNs: number, name: (subject: number, label: L) => string): (L & Total)[] {
    return [...this.#sums.values()]
      .sort((a, b) => b.ticks - a.ticks)
      .map(({ label, count, ticks, subject, subjectTicks }) => ({
        ...label, count, ns: nanoseconds(ticks, tickNs), largest: { name: name(subject, label), ns: nanoseconds(subjectTicks, tickNs) },
      }));
  }
}
