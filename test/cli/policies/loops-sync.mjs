export default {
  name: "loops-sync", summary: "a synchronization policy that never lets go",
  create: () => ({
    ended() {
      for (;;);
    },
  }),
};
