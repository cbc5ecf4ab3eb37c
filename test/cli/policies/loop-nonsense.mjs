export default {
  name: "loop-nonsense", summary: "answers with what is no origin",
  create: () => ({ start() {}, next: () => 42 }),
};
