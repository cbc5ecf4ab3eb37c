export default {
  name: "takes-all-memory", summary: "allocates without end",
  create: () => ({
    dispatch() {
      const hoard = [];
      for (;;) hoard.push(new Array(1000).fill(hoard.length));
    },
  }),
};
