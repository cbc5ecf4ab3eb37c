export default {
  name: "loops-dispatch", summary: "dispatches for ever",
  create: () => ({
    dispatch() {
      for (;;);
    },
  }),
};
