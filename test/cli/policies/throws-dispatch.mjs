export default {
  name: "throws-dispatch", summary: "fails while it dispatches",
  create: () => ({
    dispatch() {
      throw new Error("out of ideas");
    },
  }),
};
