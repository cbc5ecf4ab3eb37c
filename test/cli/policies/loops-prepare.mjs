export default {
  name: "loops-prepare", summary: "plans for ever",
  create: () => ({
    prepare() {
      for (;;);
    },
    dispatch() {},
  }),
};
