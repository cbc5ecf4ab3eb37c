export default {
  name: "loop-throws", summary: "fails when it is asked for a piece",
  create: () => ({
    start() {},
    next() {
      throw new Error("no pieces today");
    },
  }),
};
