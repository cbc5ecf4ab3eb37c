export default {
  name: "exits-dispatch", summary: "ends the process",
  create: () => ({
    dispatch() {
      process.exit(0);
    },
  }),
};
