export default {
  name: "loop-loops", summary: "never answers",
  create: () => ({
    start() {},
    next() {
      for (;;);
    },
  }),
};
