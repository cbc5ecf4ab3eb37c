export default {
  name: "loops-in-options", summary: "checks its options for ever",
  options: {
    "~standard": {
      validate() {
        for (;;);
      },
    },
  },
  create: () => ({ dispatch() {} }),
};
