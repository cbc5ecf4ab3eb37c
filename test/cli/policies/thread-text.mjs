export default {
  name: "thread-text", summary: "answers with a text",
  create: () => ({ runnable() {}, next: () => "worker" }),
};
