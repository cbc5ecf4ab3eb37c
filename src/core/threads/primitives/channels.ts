import { F64Column, U32Column } from "../../../base/columns.ts";
import type { ObjectGroup } from "../thread-spec.ts";
import type { ThreadKernel } from "../thread-kernel.ts";

type ChannelGroup = Extract<ObjectGroup, { kind: "channel" }>;

/** Most messages of a run. */
const mostMessages = 2 ** 24;

/** Messages that have arrived and are not read, oldest first. */
class Inbox {
  #messages: number[] = [];
  #head = 0;

  push(message: number): void {
    this.#messages.push(message);
  }

  shift(): number | undefined {
    if (this.#head === this.#messages.length) return undefined;
    const message = this.#messages[this.#head++]!;
    // Half of it is read: moved now and then, each message is moved once on average.
    if (this.#head > 1000 && this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }
}

/** Says at which tick a message arrives. */
export type Post = (ticks: number, message: number) => void;

/**
 * Message channels: a message takes its latency and the time of its bytes, one after the other on a channel, and is read
 * in the order sent. The sender goes on at once while fewer than `capacity` messages are on their way or unread, but
 * for what copying it takes on its core; the receiver pays for its part when it has it. Who waits is served in the order
 * of coming, with a core or without; who spins notices after a line transfer.
 */
export class Channels {
  private readonly kernel: ThreadKernel;
  private readonly post: Post;
  // One entry a message.
  readonly #object = new U32Column();
  readonly #value = new F64Column();
  readonly #size = new F64Column();
  /** By channel: messages that have arrived and are not read; how many are sent and not read; when the line is free. */
  readonly #inbox = new Map<number, Inbox>();
  private readonly pending: Uint32Array;
  private readonly lineFree: Float64Array;
  /** By channel: threads that wait to send. */
  private readonly senders: Uint32Array;
  /** By thread: size of the message that it waits to send, and of the one that it got. */
  readonly #bytes = new Map<number, number>();
  readonly #gotBytes = new Map<number, number>();

  constructor(kernel: ThreadKernel, post: Post) {
    this.kernel = kernel;
    this.post = post;
    this.pending = new Uint32Array(kernel.objects.count);
    this.lineFree = new Float64Array(kernel.objects.count);
    this.senders = new Uint32Array(kernel.objects.count);
  }

  /** False while the channel is full. */
  send(thread: number, object: number, value: number, bytes: number): boolean {
    const kernel = this.kernel;
    const group = kernel.objects.group(object, "channel");
    kernel.charge(thread, kernel.costs.queueTicks);
    if (this.#value.length >= mostMessages) kernel.fail(thread, "too-many-messages", `sends to "${kernel.objects.name(object)}", and there have been ${mostMessages} messages in this run already`, "simulate a shorter time, or send fewer and larger messages");
    if (this.pending[object]! >= group.capacity) {
      kernel.table.mailbox[thread] = value;
      this.#bytes.set(thread, bytes);
      this.senders[object]!++;
      kernel.wait(thread, object, group.waiting === "spin");
      return false;
    }
    this.#dispatch(object, value, bytes, group);
    return true;
  }

  /** True when there is a message: it is in the mailbox. */
  receive(thread: number, object: number): boolean {
    const kernel = this.kernel;
    kernel.charge(thread, kernel.costs.queueTicks);
    const message = this.#inbox.get(object)?.shift();
    if (message === undefined) {
      kernel.wait(thread, object, kernel.objects.group(object, "channel").waiting === "spin");
      return false;
    }
    this.#take(thread, message, object);
    return true;
  }

  /** A message has come. */
  arrive(message: number): void {
    const object = this.#object.get(message);
    const { lists } = this.kernel;
    if (lists.length[object]! > this.senders[object]!) {
      const receiver = this.#firstInLine(object, false);
      this.#take(receiver, message, object);
      this.#grant(receiver);
      return;
    }
    let inbox = this.#inbox.get(object);
    if (inbox === undefined) this.#inbox.set(object, (inbox = new Inbox()));
    inbox.push(message);
  }

  /** A thread that has sent a message pays for it on its core. */
  sent(thread: number, object: number, bytes: number): void {
    const { send } = this.kernel.objects.group(object, "channel");
    this.kernel.charge(thread, send.ticks + send.ticksPerByte * bytes);
  }

  /** A thread that has got the message that lies in its mailbox pays for it on its core. */
  received(thread: number, object: number): void {
    const { receive } = this.kernel.objects.group(object, "channel");
    this.kernel.charge(thread, receive.ticks + receive.ticksPerByte * this.#gotBytes.get(thread)!);
  }

  #take(thread: number, message: number, object: number): void {
    this.kernel.table.mailbox[thread] = this.#value.get(message);
    this.#gotBytes.set(thread, this.#size.get(message));
    this.#read(object);
  }

  #dispatch(object: number, value: number, bytes: number, group: ChannelGroup): void {
    const { now } = this.kernel;
    const copying = group.send.ticks + group.send.ticksPerByte * bytes;
    this.pending[object]!++;
    const sent = Math.max(now, this.lineFree[object]!) + bytes * group.ticksPerByte;
    this.lineFree[object] = sent;
    this.#object.push(object);
    this.#size.push(bytes);
    this.post(sent + copying + group.latencyTicks, this.#value.push(value));
  }

  /** A message was read: the first who waits to send may. */
  #read(object: number): void {
    const { table, use } = this.kernel;
    use.taken[object]!++;
    this.pending[object]!--;
    if (this.senders[object] === 0) return;
    const sender = this.#firstInLine(object, true);
    const bytes = this.#bytes.get(sender)!;
    this.senders[object]!--;
    this.#bytes.delete(sender);
    this.#dispatch(object, table.mailbox[sender]!, bytes, this.kernel.objects.group(object, "channel"));
    this.#grant(sender);
  }

  #grant(thread: number): void {
    const { table, costs } = this.kernel;
    this.kernel.grant(thread, table.isSpinning[thread] === 1 ? costs.lineTicks : 0);
  }

  /** The thread that has waited longest to send, or to receive: both stand in one line, while messages are on their way. */
  #firstInLine(object: number, sends: boolean): number {
    const { lists } = this.kernel;
    let thread = lists.head[object]!;
    while (this.#bytes.has(thread) !== sends) thread = lists.next(thread);
    return thread;
  }
}
