export default {
  name: "throws-in-options", summary: "fails while its options are checked",
  options: {
    "~standard": {
      validate() {
        throw new Error("no options today");
      },
    },
  },
  create: () => ({ dispatch() {} }),
};
