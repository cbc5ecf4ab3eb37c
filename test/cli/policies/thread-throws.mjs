export default {
  name: "thread-throws", summary: "fails when it is asked for a thread",
  create: () => ({
    runnable() {},
    next() {
      throw new Error("nobody is left");
    },
  }),
};
