export default {
  name: "throws-prepare", summary: "fails while it plans",
  create: () => ({
    prepare(view) {
      view.noSuchFunction();
    },
    dispatch() {},
  }),
};
